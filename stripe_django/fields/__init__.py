"""The field types, named for what Stripe's data means: ``fields.AmountField(...)``."""

from .base import Source, StripeField
from .foreign import StripeForeignKey, StripeOneToOneField
from .hashes import ExactDecoder, HashField, KindsField, MetadataField
from .links import Links
from .numbers import (
    AmountField,
    CountField,
    DecimalField,
    FlagField,
    IntegerField,
    PercentField,
    PositiveAmountField,
    TimestampField,
    Unit,
)
from .own import (
    OwnBigCountField,
    OwnCodeField,
    OwnCountField,
    OwnDateField,
    OwnDecimalField,
    OwnFlagField,
    OwnHashField,
    OwnIdField,
    OwnTextField,
    OwnTimeField,
)
from .references import IdColumn, Reference, SubjectField
from .text import (
    CodeField,
    CurrencyField,
    EmailField,
    EnumField,
    LongText,
    ObjectIdField,
    StringField,
    TextField,
    URLField,
)

__all__ = [
    "AmountField",
    "CodeField",
    "CountField",
    "CurrencyField",
    "DecimalField",
    "EmailField",
    "EnumField",
    "ExactDecoder",
    "FlagField",
    "HashField",
    "IdColumn",
    "IntegerField",
    "KindsField",
    "Links",
    "LongText",
    "MetadataField",
    "ObjectIdField",
    "OwnBigCountField",
    "OwnCodeField",
    "OwnCountField",
    "OwnDateField",
    "OwnDecimalField",
    "OwnFlagField",
    "OwnHashField",
    "OwnIdField",
    "OwnTextField",
    "OwnTimeField",
    "PercentField",
    "PositiveAmountField",
    "Reference",
    "Source",
    "StringField",
    "StripeField",
    "StripeForeignKey",
    "StripeOneToOneField",
    "SubjectField",
    "TextField",
    "TimestampField",
    "URLField",
    "Unit",
]
