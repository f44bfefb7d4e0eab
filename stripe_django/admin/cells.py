"""How a field is shown where Django's own way would mislead, be unreadable or query each row."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.db import models
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from stripe_django import fields
from stripe_django.models.base import StripeModel


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
        return self.site.empty_value_display if value in (None, "") else self.show(value)

    def value(self, row: StripeModel) -> Any:
        return getattr(row, self.field.attname)

    def show(self, value: Any) -> str:
        raise NotImplementedError


class Choice(Cell):
    """The label of a code; Django shows a code that has none as if it were empty."""

    def show(self, value: str) -> str:
        return str(dict(self.field.flatchoices).get(value, value))


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
    """Indented text."""

    def show(self, value: Any) -> str:
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        return format_html("<pre>{}</pre>", text)


class Target(Cell):
    """A link by Stripe id, which needs no query.

    If the target has not arrived, the admin says behind the link that there is no such row.
    """

    def show(self, value: str) -> str:
        model = self.field.related_model
        if not self.site.is_registered(model):
            return value
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        page = reverse(name, args=[quote(value)], current_app=self.site.name)
        return format_html('<a href="{}?_to_field=stripe_id">{}</a>', page, value)


class Targets(Target):
    """All links of a many-to-many field, with one query of the table between."""

    def value(self, row: StripeModel) -> list[str] | None:
        links = self.field.remote_field.through._default_manager.using(row._state.db)
        mine = links.filter(**{self.field.m2m_field_name(): row.stripe_id}).order_by("pk")
        there = self.field.remote_field.through._meta.get_field(self.field.m2m_reverse_field_name())
        return list(mine.values_list(there.attname, flat=True)) or None

    def show(self, value: Any) -> str:
        return format_html_join(", ", "{}", ((super(Targets, self).show(item),) for item in value))


CELLS: tuple[tuple[type, type[Cell]], ...] = (
    (fields.Reference, Target),
    (fields.Links, Targets),
    (models.JSONField, Json),
    (models.URLField, Address),
    (models.DecimalField, Percent),
)


def cell(field: Any, site: AdminSite) -> Cell | None:
    """The cell for a field; ``None`` where Django's own way is right."""
    if field.choices:
        return Choice(field, site)
    for base, kind in CELLS:
        if isinstance(field, base):
            return kind(field, site)
    return None
