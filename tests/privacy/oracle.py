"""The personal data in payloads, found without the inventory: by patterns, and by names of keys."""

import json
import re

from django.apps import apps
from django.db import connection

PATTERNS = {
    "e-mail": re.compile(r"[\w.+*-]+@[\w-]+\.[\w.]*\w"),
    "IP address": re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    "IBAN": re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"),
    "phone number": re.compile(r"\+\d[\d ()-]{6,}\d"),
}
KEYS = re.compile(
    r"(?:^|_)(?:email|phone|phone_number|line1|line2|postal_code|zip|city|town|ip|ip_address|last4"
    r"|iban|iban_last4|first_name|last_name|account_holder_name|cardholder_name|account_number)$"
)
# Where a name is that of a person; elsewhere it may be that of a product.
PEOPLE = {
    *("billing_details", "shipping", "owner", "customer_details", "customer_shipping"),
    *("shipping_details", "individual", "customer", "card", "person", "recipient", "sources"),
    *("issuing.cardholder", "collected_information", "bank_account"),
}
SHORTEST = 4  # characters; shorter ones are found in anything


def personal_values(payload):
    """The values, each with what it was found by."""
    return {(why, text) for why, text in _found(payload, "") if len(text) >= SHORTEST}


def _found(value, around):
    if isinstance(value, dict):
        own = value.get("object")
        for key, item in value.items():
            is_example = item == key  # as some of Stripe's own fixtures have it
            if isinstance(item, str) and not is_example and _is_personal(key, own, around):
                yield key, item
            yield from _found(item, own if key == "data" and isinstance(own, str) else key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _found(item, around)
    elif isinstance(value, str):
        for why, pattern in PATTERNS.items():
            yield from ((why, text) for text in pattern.findall(value))


def _is_personal(key, own, around):
    return KEYS.search(key) or _is_name(key, own, around)


def _is_name(key, own, around):
    return key == "name" and (around in PEOPLE or (isinstance(own, str) and own in PEOPLE))


def all_values(payloads):
    return {pair for payload in payloads for pair in personal_values(payload)}


def dump():
    """Every column of every row of every table of this package, as text."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("stripe_django").get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            found += ["\t".join(map(_shown, row)) for row in cursor.fetchall()]
    return "\n".join(found)


def _shown(value):
    """Numbers so that the last four digits of a card are no amount."""
    return value if isinstance(value, str) else f"({value!r})"


def leaks(values, text):
    """The values that are in a text, and are there no part of a longer word."""
    return sorted(pair for pair in values if _is_in(pair[1], text))


def _is_in(value, text):
    forms = {value, json.dumps(value)[1:-1]}
    return any(form in text and _pattern(form).search(text) for form in forms)


def _pattern(form):
    if form.isdigit():  # as a string: a column of its own, or in quotes
        return re.compile(rf"""(?:^|["\t]){form}(?:$|["\t])""", re.MULTILINE)
    return re.compile(rf"(?<![\w.-]){re.escape(form)}(?![\w-])")
