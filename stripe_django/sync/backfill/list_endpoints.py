"""Where the objects of one kind are listed: in one place, or once for each of their owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stripe_django import fields, registry
from stripe_django.api.client import Client, Page
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.expansion import expansions
from stripe_django.sync.mapping.identity import Parent
from stripe_django.sync.mapping.rows import NestedList, Row
from stripe_django.sync.mapping.schema import target_of
from stripe_django.sync.scope import models_in_scope

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


def listable(*, with_owners: bool = True) -> list[type[StripeModel]]:
    """The models in scope that Stripe lists, or has one of, by ``object``.

    Those that are listed once for each owner come last, or are left out.
    """
    found = (
        model
        for model in models_in_scope()
        if model.stripe.list_path or model.stripe.singleton_path
    )
    chosen = (model for model in found if with_owners or not model.stripe.list_parent)
    return sorted(
        chosen, key=lambda model: (bool(model.stripe.list_parent), model.stripe.object_name)
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages of one kind of object, as one client sees them."""

    client: Client
    model: type[StripeModel]
    since: datetime | None = None

    @property
    def path(self) -> str:
        """Where the list is; with the names of parameters, if each owner has one."""
        return self.model.stripe.list_path or ""

    @property
    def is_divisible(self) -> bool:
        """Whether Stripe lists a part of the time alone, in whole seconds."""
        return self.model.stripe.list_has_created_filter and not self._is_second_version

    @property
    def _is_second_version(self) -> bool:
        return self.path.startswith("/v2/")

    def single(self) -> Page:
        """The one object of its kind that the account has."""
        page = self.client.retrieve(self.model.stripe.singleton_path or "", expansions(self.model))
        # What was asked for is known, even from a server that leaves the name out.
        name = {"object": self.model.stripe.object_name}
        named = [name | each if isinstance(each, dict) else each for each in page.objects]
        return replace(page, objects=named)

    def bounds(self, start: int | None, end: int | None) -> dict[str, Any]:
        """What asks for objects created from ``start`` until before ``end`` (Unix seconds), and
        not before ``since``.
        """
        bounds: dict[str, Any] = {"gte": start, "lt": end}
        if self.since is not None and self.model.stripe.list_has_created_filter:
            second = int(self.since.timestamp())
            bounds["gte"] = max(second, start or second)
            if self._is_second_version:
                bounds["gte"] = self.since.isoformat()
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def page(self, bounds: Mapping[str, Any], params: Mapping[str, str]) -> Page:
        """A page of what was created within some bounds."""
        return self.client.page(self.path, {**self._params(bounds), **params})

    def page_of(self, stripe_id: str, params: Mapping[str, str]) -> Page:
        """A page of one owner's list; raises ``UnavailableError`` if it has none."""
        name = self.model.stripe.list_parent
        assert name is not None
        api_id = identity.bare_id(stripe_id)
        query = {**self._params(self.bounds(None, None)), **params}
        if f"{{{name}_id}}" not in self.path:
            query[name] = api_id
        return self.client.page(self.path.format_map({f"{name}_id": api_id}), query)

    def owner(self, stripe_id: str) -> Owner:
        assert self.model.stripe.list_parent is not None
        return Owner(stripe_id, {self.model: self.model.stripe.list_parent})

    def _params(self, bounds: Mapping[str, Any]) -> dict[str, Any]:
        created = {"created": dict(bounds)} if bounds else {}
        own = self.model.stripe.list_params.get("expand", [])
        expand = list(dict.fromkeys([*own, *expansions(self.model, is_listed=True)]))
        asked = {"expand": expand} if expand else {}
        return {**self.model.stripe.list_params, **asked, **created}

    @property
    def owner_model(self) -> type[StripeModel]:
        reference = self.model._meta.get_field(self.model.stripe.list_parent or "")
        assert isinstance(reference, fields.Reference)
        return target_of(reference)

    def owners(self, using: str, account: str, livemode: bool, after: int) -> list[tuple[int, str]]:
        """The keys and ids of some owners that are here, those behind a key."""
        rows = self.owner_model.objects.using(using).alive().filter(pk__gt=after).order_by("pk")
        mine = rows.filter(stripe_account=account).exclude(livemode=not livemode)
        return list(mine.values_list("pk", "stripe_id")[:BATCH])
