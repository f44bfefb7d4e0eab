"""The field types, named for what Stripe's data means: ``fields.AmountField(...)``."""

from .base import Source, StripeField
from .hashes import ExactDecoder, HashField, MetadataField
from .links import Links
from .numbers import (
    AmountField,
    CountField,
    FlagField,
    IntegerField,
    PercentField,
    PositiveAmountField,
    TimestampField,
)
from .own import OwnCodeField, OwnFlagField, OwnHashField, OwnIdField, OwnTimeField
from .references import IdColumn, Reference
from .text import CodeField, CurrencyField, EmailField, EnumField, StringField, TextField, URLField

__all__ = [
    "AmountField",
    "CodeField",
    "CountField",
    "CurrencyField",
    "EmailField",
    "EnumField",
    "ExactDecoder",
    "FlagField",
    "HashField",
    "IdColumn",
    "IntegerField",
    "Links",
    "MetadataField",
    "OwnCodeField",
    "OwnFlagField",
    "OwnHashField",
    "OwnIdField",
    "OwnTimeField",
    "PercentField",
    "PositiveAmountField",
    "Reference",
    "Source",
    "StringField",
    "StripeField",
    "TextField",
    "TimestampField",
    "URLField",
]
