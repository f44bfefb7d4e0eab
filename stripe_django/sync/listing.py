"""Where the objects of one kind are listed: in one place, or once for each of their owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from stripe_django import fields, registry
from stripe_django.api.client import Client, Page
from stripe_django.exceptions import UnavailableError
from stripe_django.models.base import StripeModel

from . import identity
from .context import Parent
from .kept import kept
from .plan import target_of
from .rows import NestedList, Row

BATCH = 500  # owners read from the database at a time


@dataclass(frozen=True, slots=True)
class Owner:
    """The object that a list belongs to, and how its members refer to it, by their model."""

    stripe_id: str
    references: Mapping[type[StripeModel], str] = field(default_factory=dict)

    @classmethod
    def of_nested(cls, row: Row, nested: NestedList) -> Owner:
        members = registry.members(row.model).get(nested.key, {})
        return cls(row.stripe_id, {model: each.name for model, each in members.items()})

    def parent_of(self, model: type[StripeModel]) -> Parent:
        return Parent(self.stripe_id, self.references.get(model))


Listed = tuple[Page, Owner | None]


def listable(*, with_owners: bool = True) -> list[type[StripeModel]]:
    """The models that the project keeps and Stripe lists, or has one of, by ``object``.

    Those that are listed once for each owner come last, or are left out.
    """
    found = (model for model in kept() if model.LIST_PATH or model.SINGLE_PATH)
    chosen = (model for model in found if with_owners or not model.LIST_BY)
    return sorted(chosen, key=lambda model: (bool(model.LIST_BY), model.OBJECT_NAME))


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages of one kind of object, as one client sees them."""

    client: Client
    model: type[StripeModel]
    since: datetime | None = None

    def pages(self) -> Iterator[Listed]:
        """The single object of the account, and the list, if there are such."""
        if self.model.SINGLE_PATH:
            page = self.client.retrieve(self.model.SINGLE_PATH)
            # What was asked for is known, even from a server that leaves the name out.
            name = {"object": self.model.OBJECT_NAME}
            named = [name | each if isinstance(each, dict) else each for each in page.objects]
            yield replace(page, objects=named), None
        if self.model.LIST_PATH:
            for page in self.client.pages(self.model.LIST_PATH, self._params()):
                yield page, None

    def pages_of(self, owners: list[str]) -> Iterator[Listed]:
        """The lists of these owners; raises ``UnavailableError`` if none of them has one."""
        refusal, is_refused = None, bool(owners)
        for owner in owners:
            try:
                yield from self._pages_of(owner)
                is_refused = False
            except UnavailableError as error:
                refusal = error
        if is_refused and refusal:
            raise refusal

    def _pages_of(self, stripe_id: str) -> Iterator[Listed]:
        name, path = self.model.LIST_BY, self.model.LIST_PATH
        assert name is not None
        assert path is not None
        api_id = identity.bare_id(stripe_id)
        params = self._params()
        if f"{{{name}_id}}" not in path:
            params[name] = api_id
        owner = Owner(stripe_id, {self.model: name})
        for page in self.client.pages(path.format_map({f"{name}_id": api_id}), params):
            yield page, owner

    def _params(self) -> dict[str, Any]:
        params: dict[str, Any] = dict(self.model.LIST_PARAMS)
        if self.since is not None and self.model.LIST_SINCE:
            is_text = (self.model.LIST_PATH or "").startswith("/v2/")
            moment = self.since.isoformat() if is_text else int(self.since.timestamp())
            params["created"] = {"gte": moment}
        return params

    def owners(self, using: str, account: str, livemode: bool) -> Iterator[list[str]]:
        """The ids of the owners that are here, some at a time, read in the calling thread."""
        reference = self.model._meta.get_field(self.model.LIST_BY or "")
        assert isinstance(reference, fields.Reference)
        rows = target_of(reference).objects.using(using).alive().order_by("id")
        mine = rows.filter(stripe_account=account).exclude(livemode=not livemode)
        ids = mine.values_list("stripe_id", flat=True).iterator()
        while batch := list(islice(ids, BATCH)):
            yield batch
