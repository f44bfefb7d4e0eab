"""Columns that every row has for this package's own use; no payload fills them."""

from __future__ import annotations

from typing import Any

from django.db import models

from .base import PlainInMigrations


class InternalIdField(PlainInMigrations, models.BigAutoField):  # type: ignore[misc]
    """The database's own key."""

    def get_prep_value(self, value: Any) -> Any:
        """For a query; a Stripe id, which people try first, raises ``ValueError`` with advice."""
        try:
            return super().get_prep_value(value)
        except (TypeError, ValueError) as error:
            if not isinstance(value, str) or not hasattr(self.model, "stripe_id"):
                raise
            raise ValueError(
                f"{self.model.__name__}.{self.name} is this database's own number, not Stripe's"
                f" id: use stripe_id={value!r}, or <relation>__stripe_id from another model."
            ) from error


class InternalCodeField(PlainInMigrations, models.CharField):
    """A short string."""


class InternalTextField(PlainInMigrations, models.TextField):
    """Text of any length."""


class InternalCountField(PlainInMigrations, models.PositiveIntegerField):
    """A whole number, never below zero."""


class InternalBigCountField(PlainInMigrations, models.BigIntegerField):
    """A whole number of any size, such as a sum of amounts or another row's key."""


class InternalDecimalField(PlainInMigrations, models.DecimalField):
    """An exact number with a fraction."""


class InternalFlagField(PlainInMigrations, models.BooleanField):
    """True or false."""


class InternalTimeField(PlainInMigrations, models.DateTimeField):
    """A moment as an aware ``datetime`` in UTC."""


class InternalDateField(PlainInMigrations, models.DateField):
    """A day in UTC."""


class InternalHashField(PlainInMigrations, models.JSONField):
    """JSON."""
