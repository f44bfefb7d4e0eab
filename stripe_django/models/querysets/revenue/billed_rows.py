"""The items and discounts of subscriptions: those of the mirror, or those of a stored version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from .discounts import is_there, lasting, of_customer, on


class BilledRows(Protocol):
    """What revenue is computed from; ``of_item``: for the subscription of an outer item."""

    @property
    def may_be_discounted(self) -> bool:
        """Whether any of them may have a discount that lasts: most of a query is about these."""

    @property
    def account(self) -> Combinable:
        """The account of an outer item."""

    def of_outer(self) -> QuerySet:
        """The items of the outer subscription, whenever they were there."""

    def is_there(self) -> Q:
        """Whether an item is there at the time in question."""

    def on_item(self) -> QuerySet:
        """The lasting discounts on the outer item, in the order in which they come off."""

    def on_subscription(self, *, of_item: bool = False) -> QuerySet:
        """Those on the outer subscription."""

    def on_customer(self, *, of_item: bool = False) -> QuerySet:
        """That on all that its customer is billed."""


@dataclass(frozen=True, slots=True)
class MirroredRows:
    """The rows of the mirror, at a time by their own dates."""

    items: QuerySet
    discounts: QuerySet
    at: datetime
    may_be_discounted: bool = True

    def looked_up(self) -> MirroredRows:
        """The same, knowing whether any discount is in force at that time. Queries the database."""
        in_force = lasting(self.discounts, self.at).filter(is_there(self.at))
        return replace(self, may_be_discounted=in_force.exists())

    @property
    def account(self) -> Combinable:
        return OuterRef("stripe_account")

    def of_outer(self) -> QuerySet:
        return self.items.filter(subscription=OuterRef("stripe_id"))

    def is_there(self) -> Q:
        return is_there(self.at) & (Q(created=None) | Q(created__lte=self.at))

    def on_item(self) -> QuerySet:
        return on("subscription_item", self.discounts, self.at)

    def on_subscription(self, *, of_item: bool = False) -> QuerySet:
        outer = "subscription_id" if of_item else "stripe_id"
        return on("subscription", self.discounts, self.at, outer)

    def on_customer(self, *, of_item: bool = False) -> QuerySet:
        outer = "subscription__customer__discount" if of_item else "customer__discount"
        return of_customer(self.discounts, self.at, outer)


@dataclass(frozen=True, slots=True)
class VersionedRows:
    """The rows of versions, each at the time when it begins."""

    items: QuerySet
    discounts: QuerySet
    may_be_discounted: bool = True

    @property
    def account(self) -> Combinable:
        return Value("")

    def of_outer(self) -> QuerySet:
        return self.items.filter(subscription=OuterRef("pk"))

    def is_there(self) -> Q:
        at = F("subscription__starts_at")
        is_left = Q(deleted_at=None) | Q(deleted_at__gt=at)
        return is_left & (Q(created=None) | Q(created__lte=at))

    def on_item(self) -> QuerySet:
        mine = {
            "subscription": OuterRef("subscription"),
            "subscription_item": OuterRef("stripe_id"),
        }
        return self._lasting(**mine)

    def on_subscription(self, *, of_item: bool = False) -> QuerySet:
        outer = OuterRef("subscription" if of_item else "pk")
        return self._lasting(subscription=outer, subscription_item=None, is_of_customer=False)

    def on_customer(self, *, of_item: bool = False) -> QuerySet:
        outer = OuterRef("subscription" if of_item else "pk")
        return self._lasting(subscription=outer, is_of_customer=True)

    def _lasting(self, **mine: Any) -> QuerySet:
        at = F("subscription__starts_at")
        return lasting(self.discounts.filter(**mine), at).order_by("place")
