"""Rows for tests that are not about the sync: put into the tables as ``loaddata`` does."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import models

from stripe_django import fields

WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

# The first that fits decides.
VALUES = (
    (fields.Reference, "missing_1"),
    (fields.EnumField, "new_code"),
    (fields.CurrencyField, "eur"),
    (models.EmailField, "ann@example.com"),
    (models.URLField, "https://example.com/a"),
    (models.DateTimeField, WHEN),
    (models.DecimalField, Decimal("12.5")),
    (models.BooleanField, True),
    (models.IntegerField, 1234),
    (models.JSONField, {"key": ["<value>"]}),
    (models.CharField, "some text"),
    (models.TextField, "some text"),
)


def row(model, stripe_id, **values):
    """One row with a value in every column that comes from Stripe."""
    filled = {
        field.attname: value_for(field)
        for field in model._meta.concrete_fields
        if isinstance(field, fields.StripeField)
    }
    given = {"stripe_id": stripe_id, "synced_at": WHEN, "as_of": WHEN, "as_of_kind": "read"}
    instance = model(**filled | given | values)
    instance.save_base(raw=True, force_insert=True)
    return instance


def value_for(field):
    return next(value for kind, value in VALUES if isinstance(field, kind))
