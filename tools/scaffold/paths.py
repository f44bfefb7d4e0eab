"""Where Stripe's API has an object, from the SDK's services."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from stripe_django.sdk.endpoints import Endpoint, endpoints

from . import guess, nested

PARAMETER = re.compile(r"(\w+)/\{(\w+)\}")
LAST = re.compile(r"\{\w+\}(?=[^{]*$)")

Attributes = dict[str, str | bool]


@dataclass(frozen=True)
class Paths:
    """What the services say about one object, by its name."""

    name: str

    @cached_property
    def attributes(self) -> Attributes:
        """The attributes of a model's ``Resource`` that say where it is listed and retrieved."""
        found = self._of_list() if self.listing else {}
        ones = [each.path for each in self._readable(is_list=False) if "{" in each.path]
        singles = [each.path for each in self._readable(is_list=False) if "{" not in each.path]
        retrieved = LAST.sub("{id}", _with_columns(ones[0])) if ones else None
        if retrieved and retrieved != f"{found.get('list_path')}/{{id}}":
            found["retrieve_path"] = retrieved
        return found or ({"singleton_path": singles[0]} if singles else {})

    @cached_property
    def listing(self) -> Endpoint | None:
        """The list of these; ``None`` also where they come with their owner, as a nested list."""
        plainest = next(iter(self._readable(is_list=True)), None)
        owner = _owner_of(plainest, self.name) if plainest else None
        holders = [holder for holder, _ in nested.holders(self.name)]
        comes_along = owner is not None and any(holder.endswith(owner) for holder in holders)
        return None if comes_along else plainest

    @property
    def owner(self) -> str | None:
        """The reference to the object that there is one list for each of."""
        return _owner_of(self.listing, self.name) if self.listing else None

    @property
    def needs(self) -> list[str]:
        """The parameters that the list cannot do without, and that are no owner."""
        return [key for key in self.listing.required if key != self.owner] if self.listing else []

    def _of_list(self) -> Attributes:
        assert self.listing is not None
        found: Attributes = {"list_path": _with_columns(self.listing.path)}
        if self.owner:
            found["list_parent"] = self.owner
        if "created" not in self.listing.filters:
            found["list_has_created_filter"] = False
        return found

    def _readable(self, *, is_list: bool) -> list[Endpoint]:
        """The requests that answer with the object and are no preview, the plainest first."""
        found = (
            each for each in endpoints() if each.method == "get" and "preview" not in each.path
        )
        mine = (each for each in found if self.name in each.targets and each.is_list == is_list)
        return sorted(mine, key=lambda each: (each.path.count("{"), len(each.required)))


def _owner_of(listing: Endpoint, name: str) -> str | None:
    """Whoever is in the path, or else a required parameter that names an object."""
    in_path = [_name_of(match) for match in PARAMETER.finditer(listing.path)]
    as_parameter = (key for key in listing.required if guess.target_of(key, name))
    return next(iter(in_path), None) or next(as_parameter, None)


def _name_of(parameter: re.Match[str]) -> str:
    """``customer`` for ``customers/{id}``, which leaves it out, and for ``{customer_id}``."""
    collection, key = parameter.groups()
    return collection.removesuffix("s") if key == "id" else key.removesuffix("_id")


def _with_columns(path: str) -> str:
    """The template, with the row's columns in place of the parameters."""
    return PARAMETER.sub(lambda each: f"{each[1]}/{{{_name_of(each)}_id}}", path)
