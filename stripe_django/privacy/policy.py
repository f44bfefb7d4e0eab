"""A policy: what of a payload is stored, and what is withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .image import image
from .places import Place
from .rulebook import Rulebook
from .rules import everything
from .withheld import withheld_paths


class Policy(Rulebook):
    """What is done with personal data, by its category or its path."""

    def withhold(self, payload: Any, name: str = "") -> Any:
        """The payload as it is stored: a copy of the same shape, with other values.

        ``name`` is the Stripe object that it is part of, if it does not say so itself. Objects
        inside of it are treated by their own names.
        """
        return image(self, payload, Place(name))

    def withheld(self, payload: Any, name: str = "") -> dict[str, str]:
        """The paths of what a stored payload lacks or has changed, each with its treatment.

        Of a value that is null, Stripe may have had none.
        """
        return withheld_paths(self, payload, Place(name))

    def withholding_all(self) -> Policy:
        """The policy that withholds all personal data: for the objects of an erased person."""
        return Policy(everything(), self.keys)

    @property
    def former(self) -> tuple[Policy, ...]:
        """The same policy with the keys that were in use before."""
        return tuple(replace(self, keys=self.keys[start:]) for start in range(1, len(self.keys)))
