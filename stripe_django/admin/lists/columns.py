"""The columns of each list: what a person calls the row, then what they look for in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import JSONField, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from stripe_django import fields, models
from stripe_django.admin.rendering.display import cell
from stripe_django.models.base import StripeModel

from .column_types import Amount, CardOf, Column, Deadline, Expiry, Name, Named, OfCharge, Products

# Names of fields, and of columns that are made of several. The id comes last.
LISTS: dict[type[StripeModel], str] = {
    models.Account: "NAME email country charges_enabled payouts_enabled created",
    models.ApplicationFee: "amount account charge refunded created",
    models.BalanceTransaction: "amount fee net type status available_on created",
    models.BankAccount: "NAME customer account status currency",
    models.Card: "NAME customer EXPIRY funding country",
    models.Charge: "amount status customer CARD description created",
    models.CheckoutSession: "amount_total status payment_status customer customer_email created",
    models.Coupon: "NAME percent_off amount_off duration times_redeemed valid created",
    models.CreditNote: "NAME customer status total invoice created",
    models.Customer: "NAME email description delinquent created",
    models.Discount: "NAME coupon customer subscription start end",
    models.Dispute: "amount status DEADLINE reason CUSTOMER created",
    models.Event: "NAME type object_id created",
    models.Invoice: "NAME customer status total amount_due due_date created",
    models.InvoiceItem: "NAME amount customer invoice date",
    models.InvoiceLineItem: "NAME amount quantity price invoice",
    models.InvoicePayment: "amount_requested amount_paid status invoice payment_intent created",
    models.PaymentIntent: "amount status customer description created",
    models.PaymentMethod: "NAME customer type EXPIRY created",
    models.Payout: "amount status arrival_date description method created",
    models.Plan: "NAME product amount active created",
    models.Price: "NAME product unit_amount active type created",
    models.Product: "NAME active default_price description created",
    models.PromotionCode: "NAME coupon active times_redeemed customer created",
    models.Quote: "NAME customer status amount_total expires_at created",
    models.Refund: "amount status reason CUSTOMER charge created",
    models.Review: "NAME open charge created",
    models.SetupIntent: "NAME status customer payment_method created",
    models.Subscription: "PRODUCTS customer status current_period_end created",
    models.SubscriptionItem: "NAME product price quantity subscription created",
    models.Topup: "amount status description created",
    models.Transfer: "amount destination description reversed created",
}

# The other lists show what the row is called, and of each line the first field that there is.
OTHERS = (
    ("total", "amount", "unit_amount", "percent_off"),
    ("amount_off",),
    ("status", "paid", "valid", "active", "used", "refunded", "delinquent", "charges_enabled"),
    ("type", "purpose", "reason", "duration", "interval", "brand"),
    ("email", "customer_email_address"),
    ("customer", "account"),
    ("last4", "name", "display_name", "customer_name", "description"),
    ("invoice", "subscription", "charge", "fee", "transfer", "coupon"),
    ("plan",),
    ("created", "date", "start"),
)

# Columns of more than one field: the model and the field that they stand for, class and heading.
SPECIAL: dict[str, tuple[Any, str, type[Column], Any]] = {
    "NAME": (None, "id", Name, None),
    "CARD": (None, "last4", CardOf, _("card")),
    "CUSTOMER": (models.Charge, "customer", OfCharge, _("customer")),
    "DEADLINE": (None, "due_by", Deadline, _("evidence due")),
    "EXPIRY": (None, "exp_year", Expiry, _("expires")),
    "PRODUCTS": (None, "plan", Products, _("product")),
}


def columns(model: type[StripeModel], site: AdminSite) -> list[Any]:
    """The columns of a list, the last one the id."""
    names = LISTS[model].split() if model in LISTS else ["NAME", *derived(model)]
    first = _first(model, names[0], site)
    return [first, *(_column(model, name, site) for name in (*names[1:], "stripe_id"))]


def prefetches(model: type[StripeModel], shown: Iterable[Any]) -> list[Prefetch]:
    """What columns read of other tables, one query each for a whole page of rows."""
    mine = [each for each in shown if isinstance(each, Column)]
    forward = dict.fromkeys(name for each in mine for name in each.references)
    found = [Prefetch(name, _rows(_target(model, name))) for name in forward]
    return found + [prefetch for each in mine for prefetch in each.lists]


def joined(rows: QuerySet, shown: Iterable[Any]) -> QuerySet:
    """A few rows with the other rows that columns name, in the same query."""
    forward = {name for each in shown if isinstance(each, Column) for name in each.references}
    return rows.select_related(*forward) if forward else rows


def derived(model: type[StripeModel]) -> Iterator[str]:
    """The fields of a model that people look for first."""
    present = {field.name for field in model._meta.fields}
    for names in OTHERS:
        yield from [name for name in names if name in present][:1]


def _first(model: Any, name: str, site: AdminSite) -> Any:
    """The column that leads to the page of a row, and so is never empty."""
    if name in SPECIAL:
        return _column(model, name, site)
    return Amount(model._meta.get_field(name), site)


def _column(model: Any, name: str, site: AdminSite) -> Any:
    if name in SPECIAL:
        of, its_field, kind, title = SPECIAL[name]
        title = title or model._meta.verbose_name
        return kind((of or model)._meta.get_field(its_field), site, title)
    field = model._meta.get_field(name)
    if isinstance(field, fields.Reference):
        return Named(field, site)
    return cell(field, site) or name


def _target(model: Any, path: str) -> Any:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


@cache
def _heavy(model: Any) -> tuple[str, ...]:
    """The columns of JSON, of which no name is made."""
    return tuple(field.name for field in model._meta.fields if isinstance(field, JSONField))


def _rows(model: Any) -> Any:
    return model._default_manager.defer(*_heavy(model))
