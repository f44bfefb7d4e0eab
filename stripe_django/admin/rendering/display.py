"""How fields are shown where Django's way would mislead, be unreadable or query each row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.db import models
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import Extra

from .json_tree import table, tree, without_nulls
from .status_colors import ALARMS, tone, tone_of
from .times import day, time_and_age

EMPTY: tuple[Any, ...] = (None, "", {}, [])


class Cell:
    """A column of the list and a line of the page; the admin calls it with the row."""

    def __init__(self, field: Any, site: AdminSite) -> None:
        self.field = field
        self.site = site
        self.__name__ = field.name  # by which the admin finds the help text
        self.short_description = field.verbose_name
        self.admin_order_field = getattr(field, "attname", field.name)

    def __call__(self, row: StripeModel) -> str:
        value = self.value(row)
        return self.site.empty_value_display if value in EMPTY else self.show(value)

    def value(self, row: StripeModel) -> Any:
        return getattr(row, self.field.attname)

    def show(self, value: Any) -> str:
        raise NotImplementedError


class Choice(Cell):
    """The label of a code; Django shows a code that has none as if it were empty."""

    def show(self, value: str) -> str:
        return str(dict(self.field.flatchoices).get(value, value))


class Status(Choice):
    """The label in the colour of its tone; the word itself says the same."""

    def show(self, value: str) -> str:
        return super().show(value if self.field.choices else value.replace("_", " ").capitalize())

    def __call__(self, row: StripeModel) -> str:
        code = self.value(row)
        return (
            super().__call__(row) if code in EMPTY else badge(tone_of(row, code), self.show(code))
        )


class Flag(Cell):
    """Yes or no; one that is true where it should not be is red."""

    def show(self, value: bool) -> str:
        text = _("Yes") if value else _("No")
        return label(self.field.name, text) if value and self.field.name in ALARMS else text


class Kind(Cell):
    """A link to those of the same kind, of which there are too many kinds for a filter."""

    def show(self, value: str) -> str:
        model = self.field.model._meta
        name = f"admin:{model.app_label}_{model.model_name}_changelist"
        page = reverse(name, current_app=self.site.name)
        query = urlencode({self.field.name: value})
        return format_html('<a href="{}?{}">{}</a>', page, query, value)


class Money(Cell):
    """An amount in the currency of its row."""

    def __call__(self, row: StripeModel) -> str:
        shown = self.field.money_of(row)
        return money(shown) if shown else self.site.empty_value_display


class Moment(Cell):
    """When, and how long ago."""

    def show(self, value: datetime) -> str:
        return time_and_age(value)


class Day(Cell):
    """A day, and how long ago."""

    def show(self, value: datetime) -> str:
        return day(value)


class Percent(Cell):
    """Without the zeros at the end."""

    def show(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


class Address(Cell):
    """A link only to the web: some releases of Django also link ``javascript:``."""

    def show(self, value: str) -> str:
        if value.lower().startswith(("https://", "http://")):
            return format_html('<a href="{}" rel="noreferrer">{}</a>', value, value)
        return value


class Json(Cell):
    """A tree that folds."""

    def value(self, row: StripeModel) -> Any:
        return without_nulls(super().value(row))

    def show(self, value: Any) -> str:
        return tree(value)


class Unmapped(Json):
    """The values of a payload that no column holds, without how the payload looked otherwise."""

    def value(self, row: StripeModel) -> Any:
        return without_nulls(Extra.load(row.extra).values)


class Metadata(Cell):
    """A table."""

    def show(self, value: Any) -> str:
        return table(value)


class Target(Cell):
    """A link by Stripe id, which needs no query.

    If the target has not arrived, the admin says behind the link that there is no such row.
    """

    def show(self, value: str) -> str:
        return self.link(value, value)

    def link(self, stripe_id: str, text: str) -> str:
        model = self.field.related_model
        if not self.site.is_registered(model):
            return text
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        page = reverse(name, args=[quote(stripe_id)], current_app=self.site.name)
        return format_html('<a href="{}?_to_field=stripe_id">{}</a>', page, text)


class Targets(Target):
    """All links of a many-to-many field, with one query of the table between."""

    def value(self, row: StripeModel) -> list[str] | None:
        links = self.field.remote_field.through._default_manager.using(row._state.db)
        mine = links.filter(**{self.field.m2m_field_name(): row.stripe_id}).order_by("pk")
        there = self.field.remote_field.through._meta.get_field(self.field.m2m_reverse_field_name())
        return list(mine.values_list(there.attname, flat=True)) or None

    def show(self, value: Any) -> str:
        return format_html_join(", ", "{}", ((super(Targets, self).show(item),) for item in value))


STATUSES = {"status", "payment_status"}
DAYS = {"arrival_date", "available_on"}

CELLS: tuple[tuple[type, type[Cell]], ...] = (
    (fields.Reference, Target),
    (fields.Links, Targets),
    (fields.Amount, Money),
    (fields.FlagField, Flag),
    (fields.MetadataField, Metadata),
    (models.JSONField, Json),
    (models.DateTimeField, Moment),
    (models.URLField, Address),
    (models.DecimalField, Percent),
)


def cell(field: Any, site: AdminSite) -> Cell | None:
    """The cell for a field; ``None`` where Django's own way is right."""
    if field.name == "extra":
        return Unmapped(field, site)
    if field.name in STATUSES:
        return Status(field, site)
    if field.name in DAYS:
        return Day(field, site)
    if field.name == "type" and not field.choices and is_indexed(field):
        return Kind(field, site)
    if field.choices:
        return Choice(field, site)
    for base, kind in CELLS:
        if isinstance(field, base):
            return kind(field, site)
    return None


def label(code: str, text: str) -> SafeString:
    """A text in the colour of a code."""
    return badge(tone(code), text)


def badge(tone: str, text: str) -> SafeString:
    return format_html('<span class="stripe-status stripe-{}">{}</span>', tone, text)


def money(text: str) -> SafeString:
    """An amount that is formatted; languages that run from right to left keep its order."""
    return format_html('<bdi class="stripe-money">{}</bdi>', text)


def is_indexed(field: Any) -> bool:
    """Whether the database finds and sorts rows by this column without reading them all."""
    firsts = {index.fields[0] for index in field.model._meta.indexes}
    return bool(field.unique or getattr(field, "db_index", False) or field.name in firsts)
