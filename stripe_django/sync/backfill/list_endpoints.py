"""Where the objects of one type are listed: in one place, or once for each of their parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from stripe_django import fields
from stripe_django.api.client import Client, Page
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import Owner
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.expansion import expansions
from stripe_django.sync.mapping.schema import target_of
from stripe_django.sync.scope import models_in_scope

BATCH = 500  # parents read from the database at a time

# Lists leave out what is on a test clock, unless a request has one of these parameters.
TEST_CLOCK_LISTS: Mapping[str, str] = {
    **dict.fromkeys(("customer", "quote", "subscription"), "test_clock"),
    **dict.fromkeys(
        (
            *("billing.credit_grant", "charge", "checkout.session", "credit_note", "invoice"),
            *("invoiceitem", "payment_intent", "payment_method", "promotion_code"),
            *("setup_intent", "subscription_schedule"),
        ),
        "customer",
    ),
}


def listable(*, with_owners: bool = True) -> list[type[StripeModel]]:
    """The models in scope that Stripe lists, or has one object of, ordered by ``object``.

    Those that are listed once for each parent come last, or are left out.
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
    """The lists of one type of object, as one client sees them.

    ``for_test_clocks`` is true for the lists of what is on a test clock: one for each clock, or
    for each customer on one.
    """

    client: Client
    model: type[StripeModel]
    since: datetime | None = None
    for_test_clocks: bool = False

    @property
    def path(self) -> str:
        """Where the list is; with a placeholder, if each parent has one."""
        return self.model.stripe.list_path or ""

    @property
    def parent(self) -> str | None:
        """The reference to the object that each list is of; ``None`` if there is one list."""
        if self.for_test_clocks:
            return TEST_CLOCK_LISTS[self.model.stripe.object_name]
        return self.model.stripe.list_parent

    @property
    def parent_model(self) -> type[StripeModel]:
        reference = self.model._meta.get_field(self.parent or "")
        assert isinstance(reference, fields.Reference)
        return target_of(reference)

    @property
    def is_divisible(self) -> bool:
        """Whether Stripe can list the objects of some time alone, in whole seconds."""
        return self.model.stripe.list_has_created_filter and not self._is_v2

    @property
    def _is_v2(self) -> bool:
        return self.path.startswith("/v2/")

    def test_clocks(self) -> Listing:
        """The lists of what is on a test clock, whose time of creation is that of the clock."""
        return replace(self, since=None, for_test_clocks=True)

    def single(self) -> Page:
        """The one object of its type that the account has."""
        page = self.client.retrieve(self.model.stripe.singleton_path or "", expansions(self.model))
        # The type is known, even if a server leaves it out.
        name = {"object": self.model.stripe.object_name}
        named = [name | each if isinstance(each, dict) else each for each in page.objects]
        return replace(page, objects=named)

    def bounds(self, start: int | None, end: int | None) -> dict[str, Any]:
        """The bounds for objects created from ``start`` until before ``end`` (Unix seconds), and
        not before ``since``.
        """
        bounds: dict[str, Any] = {"gte": start, "lt": end}
        if self.since is not None and self.model.stripe.list_has_created_filter:
            second = int(self.since.timestamp())
            bounds["gte"] = max(second, start or second)
            if self._is_v2:
                bounds["gte"] = self.since.isoformat()
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def page(self, bounds: Mapping[str, Any], params: Mapping[str, str]) -> Page:
        """A page of what was created within some bounds."""
        return self.client.page(self.path, {**self._params(bounds), **params})

    def page_of(self, stripe_id: str, params: Mapping[str, str]) -> Page:
        """A page of one parent's list; raises ``UnavailableError`` if it has none."""
        name = self.parent
        assert name is not None
        api_id = identity.bare_id(stripe_id)
        query = {**self._params(self.bounds(None, None)), **params}
        if f"{{{name}_id}}" not in self.path:
            query[name] = api_id
        return self.client.page(self.path.format_map({f"{name}_id": api_id}), query)

    def owner(self, stripe_id: str) -> Owner | None:
        """What the members of one parent's list need to know of it."""
        if self.for_test_clocks:  # they name it themselves
            return None
        assert self.model.stripe.list_parent is not None
        return Owner(stripe_id, {self.model: self.model.stripe.list_parent})

    def _params(self, bounds: Mapping[str, Any]) -> dict[str, Any]:
        created = {"created": dict(bounds)} if bounds else {}
        own = self.model.stripe.list_params.get("expand", [])
        expand = list(dict.fromkeys([*own, *expansions(self.model, is_listed=True)]))
        asked = {"expand": expand} if expand else {}
        return {**self.model.stripe.list_params, **asked, **created}

    def parents(
        self, using: str, account: str, livemode: bool, after: int
    ) -> list[tuple[int, str]]:
        """The primary keys and ids of the next parents in the database, behind a primary key."""
        rows: QuerySet = self.parent_model.objects.using(using).alive()
        mine = rows.filter(stripe_account=account, pk__gt=after).exclude(livemode=not livemode)
        if self.parent == "customer" and self.for_test_clocks:
            mine = mine.filter(test_clock__isnull=False)
        return list(mine.order_by("pk").values_list("pk", "stripe_id")[:BATCH])
