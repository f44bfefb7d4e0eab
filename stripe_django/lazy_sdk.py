"""``stripe``, Stripe's SDK, imported when something of it is used: most processes send nothing.

An ``except`` clause needs it once there is an error. What inherits from its classes imports it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["stripe"]

if TYPE_CHECKING:
    import stripe
else:

    class _Sdk:
        """Looks each name up anew: a fake replaces some of them."""

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("stripe"), name)

    stripe = _Sdk()
