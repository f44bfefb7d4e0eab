"""Whether rows hold what payloads say, worked out without the package's own tables.

Each key of a payload whose name is that of a column is converted here anew, by the column's type
in Django: whole numbers, moments, decimals, references by id, JSON. ``wrong_columns`` returns what
differs. Nothing of the mapping is used: no ``source``, no ``from_payload``, no list of secrets.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache

from django.db import connection

from stripe_django import registry

from .own_payloads import bare, linked_ids

NOTHING = object()  # for a value that no column of this type can hold

SECRETS = frozenset(
    {"client_secret", "secret", "signing_secret", "keys", "cvc", "number", "admin_menu_passcode"}
    | {"url", "authentication_token", "private_key_file_password", "password", "payload"}
)

# Columns with one of the hashes whose key is the variant of the object.
VARIANTS = {
    "payment_method": "details",
    "source": "details",
    "customer_cash_balance_transaction": "details",
}

# Where a column may have a value although its key is null: Stripe has moved it.
MOVED = frozenset(
    {
        ("charge", "source"),
        ("charge", "destination"),
        ("invoice", "discount"),
        ("invoice", "subscription"),
        ("invoice", "tax"),
        ("invoiceitem", "plan"),
        ("line_item", "subscription"),
        ("subscription", "discount"),
    }
)

# Columns of many references, and the list that counts more than the key of their name.
LISTS = {"balance_transaction": "balance_transactions"}

# SQLite, which keeps decimals as doubles, gives back this many digits unchanged.
EXACT_DIGITS = 15


def wrong_columns(payload, row):
    """The columns that do not hold what the payload has, by name: what it has, and they hold."""
    return {
        column.name: (sent, held(row, column))
        for column, sent in named(payload, row)
        if not agrees(held(row, column), converted(row, column, sent), payload, column)
    }


def named(payload, row):
    """Each column that a key of the payload names, with what the payload has there."""
    columns = columns_of(type(row))
    name = payload.get("object")
    for key in payload.keys() & columns.keys() - {"id"}:
        column = columns[key]
        members = payload.get(LISTS.get(key)) if column.many_to_many else None
        yield column, members or payload[key]
    about = subject(payload)
    if about.get("id"):
        yield columns["object_id"], about["id"]
    if name in VARIANTS and payload.get("type") in payload:
        yield (
            columns[VARIANTS[name]],
            {
                key: value
                for key, value in payload.items()
                if isinstance(value, dict) and key not in columns
            },
        )


@cache
def columns_of(model):
    return {each.name: each for each in (*model._meta.concrete_fields, *model._meta.many_to_many)}


def subject(payload):
    """The object that an event is about, if it has a model and so a row."""
    data = payload.get("data") if payload.get("object") == "event" else None
    about = data.get("object") if isinstance(data, dict) else None
    return about if registry.model_of(about) else {}


def held(row, column):
    if column.many_to_many:
        return linked_ids(row, column)
    return getattr(row, column.attname)


def kind_of(column):
    return "ForeignKey" if column.many_to_one else column.get_internal_type()


def converted(row, column, sent):
    """The column's value for what Stripe sent; ``NOTHING`` if its type cannot hold that."""
    kind = kind_of(column)
    if sent is None and kind != "ManyToManyField":
        return None
    convert = CONVERSIONS.get(kind, as_integer)
    return convert(row, column, sent)


def as_flag(row, column, sent):
    return sent if isinstance(sent, bool) else NOTHING


def as_integer(row, column, sent):
    lowest, highest = connection.ops.integer_field_range(column.get_internal_type())
    is_whole = isinstance(sent, int) and not isinstance(sent, bool)
    return sent if is_whole and (lowest or 0) <= sent <= (highest or 2**63 - 1) else NOTHING


def as_moment(row, column, sent):
    if isinstance(sent, str):
        try:
            return datetime.fromisoformat(sent.replace("Z", "+00:00"))
        except ValueError:
            return NOTHING
    seconds = sent / 1000 if abs(sent) > 10**11 else sent
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def as_decimal(row, column, sent):
    try:
        number = Decimal(str(sent))
    except InvalidOperation:
        return NOTHING
    return number if len(number.as_tuple().digits) <= EXACT_DIGITS else NOTHING


def as_text(row, column, sent):
    sent = as_id(sent)
    longest = column.max_length if kind_of(column) == "CharField" else None
    is_held = isinstance(sent, str) and len(sent) <= (longest or len(sent))
    return sent if is_held else NOTHING


def as_reference(row, column, sent):
    if isinstance(sent, dict) and column.name in WITHOUT_ID and not sent.get("id"):
        return WITHOUT_ID[column.name](row, sent) or NOTHING
    sent = as_id(sent)
    is_text = column.name == "evidence" and isinstance(sent, str)  # of disputes until 2014
    return sent if isinstance(sent, str) and sent and not is_text else NOTHING


# References to objects that may have no id: what these are known by.
WITHOUT_ID = {
    "evidence": lambda row, sent: row.stripe_id,
    "features": lambda row, sent: row.stripe_id,
    "cash_balance": lambda row, sent: as_id(sent.get("customer")),
    "discount": lambda row, sent: as_id(sent.get("subscription")) or as_id(sent.get("customer")),
}


def as_id(sent):
    return sent.get("id") if isinstance(sent, dict) else sent


def as_ids(row, column, sent):
    """A set of ids, in full or not, in a list or alone."""
    members = sent.get("data") if isinstance(sent, dict) else sent
    members = members if isinstance(members, list) else [members]
    return {as_id(each) for each in members if as_id(each)}


CONVERSIONS = {
    "BooleanField": as_flag,
    "DateTimeField": as_moment,
    "DecimalField": as_decimal,
    "CharField": as_text,
    "EmailField": as_text,
    "URLField": as_text,
    "TextField": as_text,
    "ForeignKey": as_reference,
    "ManyToManyField": as_ids,
    "JSONField": lambda row, column, sent: sent,
}


def agrees(value, expected, payload, column):
    kind = kind_of(column)
    if expected is NOTHING:
        return value is None
    if expected is None and value is not None:
        return (payload["object"], column.name) in MOVED
    if kind == "JSONField":
        return is_same_json(value, expected)
    if kind == "ForeignKey" or column.name == "object_id":
        value = bare(value)
        expected = bare(expected)
    return value == expected and type(value) is type(expected)


def is_same_json(value, expected):
    """Whether JSON is the same but for the secrets that it lacks, also in URLs."""
    if isinstance(value, dict) and isinstance(expected, dict):
        lacking = expected.keys() - value.keys()
        return (
            value.keys() <= expected.keys()
            and lacking <= SECRETS
            and all(is_same_json(value[key], expected[key]) for key in value)
        )
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(is_same_json, value, expected))
    if isinstance(expected, str) and "client_secret=" in expected:
        before, _, after = expected.partition("client_secret=")
        ends = [after.index(each) for each in "&#" if each in after]
        expected = f"{before}client_secret={after[min(ends) :] if ends else ''}"
    return json.dumps(value, default=str) == json.dumps(expected)
