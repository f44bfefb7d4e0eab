"""The document of a row: the columns by which people know it, as one text in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField

from stripe_django import fields
from stripe_django.models.base import StripeModel

COLUMNS = frozenset(
    """
    brand business_name client_reference_id code customer_email customer_name description
    display_name domain_name email first_name individual_name label last4 last_name lookup_key name
    nickname number phone receipt_email receipt_number reference title transfer_group
    """.split()
)

# Hashes, and which of their values are searched.
NESTED = {"billing_details": ("name", "email"), "customer_details": ("name", "email")}

MEMBER = {
    "postgresql": "{column} ->> '{key}'",
    "sqlite": "JSON_EXTRACT({column}, '$.{key}')",
    "mysql": "JSON_VALUE({column}, '$.{key}')",
}
VALUES = {
    "postgresql": "JSONB_PATH_QUERY_ARRAY({column}, '$.*')::text",
    "sqlite": "(SELECT GROUP_CONCAT(value, ' ') FROM JSON_EACH({column}))",
    "mysql": "JSON_EXTRACT({column}, '$.*')",
}
CONTAINS = {
    "postgresql": "{document} ILIKE %s ESCAPE '!'",
    "sqlite": "{document} LIKE %s ESCAPE '!'",
    "mysql": "{document} LIKE %s ESCAPE '!'",
}


@cache
def columns(model: type[StripeModel]) -> tuple[str, ...]:
    """The names of the columns in the document, none where rows are known by their id alone."""
    found = [
        str(field.column)
        for field in model._meta.concrete_fields
        if (field.name in COLUMNS and not isinstance(field, JSONField))
        or (field.name in NESTED and isinstance(field, JSONField))
        or isinstance(field, fields.MetadataField)
    ]
    # An id with the account in front is found by the bare id.
    if found and model.stripe.id_prefixes is not None and model.stripe.id_scope is None:
        found.append("stripe_id")
    return tuple(found)


def document(model: type[StripeModel], connection: BaseDatabaseWrapper) -> str:
    """The SQL of the document, the same in queries and in the index."""
    parts = [*_parts(model, connection)]
    if connection.vendor == "mysql":
        # Ids and JSON have other collations, which compare case.
        return f"CONCAT_WS(' ', {', '.join(f'CONVERT({part} USING utf8mb4)' for part in parts)})"
    return "(" + " || ' ' || ".join(f"COALESCE({part}, '')" for part in parts) + ")"


def contains(model: type[StripeModel], connection: BaseDatabaseWrapper) -> str:
    """The condition that the document contains a ``pattern``."""
    template = CONTAINS[connection.vendor]
    return template.format(document=document(model, connection))


def pattern(word: str) -> str:
    for special in "!%_":
        word = word.replace(special, f"!{special}")
    return f"%{word}%"


def _parts(model: type[StripeModel], connection: BaseDatabaseWrapper) -> Iterator[str]:
    by_column: dict[Any, Any] = {each.column: each for each in model._meta.concrete_fields}
    for name in columns(model):
        column = connection.ops.quote_name(name)
        if isinstance(by_column[name], fields.MetadataField):
            yield VALUES[connection.vendor].format(column=column)
        elif name in NESTED:
            for key in NESTED[name]:
                yield f"({MEMBER[connection.vendor].format(column=column, key=key)})"
        else:
            yield column
