"""One person among the customers of a business, and what is found of that person in the tables.

What is looked for comes from Stripe's payloads and from the names of keys below, not from what the
package knows of personal data.
"""

import json
import os
from datetime import UTC, datetime

from django.apps import apps
from django.db import connection

from stripe_django.testing import Business, FakeStripe
from tests.everything import Everything

MONTHS = int(os.environ.get("ERASED_MONTHS", "1"))
CUSTOMERS = int(os.environ.get("ERASED_CUSTOMERS", "1"))

PERSON = {
    "name": "Zubenelgenubi Ωrangepeel-Wachowska",
    "email": "zubenelgenubi.wachowska@quux.example",
    "phone": "+49 30 5550173",
    "description": "Neighbour of Zubenelgenubi",
    "address": {
        "city": "Wolfenbüttelshausen",
        "country": "DE",
        "line1": "Xylophonstraße 4711 b",
        "line2": "Hinterhaus QQ",
        "postal_code": "98765-77",
        "state": None,
    },
    "metadata": {"nickname": "Zubi-the-Great"},
}
OTHERS = ("203.0.113.77", "DE89370400440532013000", "Zubi-the-Great")
KEYS = {
    *("email", "name", "phone", "line1", "line2", "postal_code", "city", "receipt_email"),
    *("customer_email", "customer_name", "customer_phone", "ip", "iban", "last4", "fingerprint"),
    *("customer_email_address", "product_description", "description", "nickname", "receipt_url"),
    *("customer_purchase_ip", "hosted_invoice_url", "invoice_pdf", "user_agent"),
}


def business(months=MONTHS, customers=CUSTOMERS):
    """A business, and a customer of it to whom everything happens that can."""
    shop = Business(FakeStripe(), seed=23)
    person = shop.customer(**PERSON)
    friend = shop.customer(name="A Friend", email="friend@other.example")
    shop.subscribe(person, "solo-monthly")
    shop.subscribe(friend, "solo-monthly")
    charge = shop.charge(person, 4321, receipt_email=PERSON["email"], description=PERSON["name"])
    shop.charge(friend, 99, description="of a friend")
    shop.refund(charge, 1000)
    invoice = shop.invoice(person, {"amount": 777, "description": PERSON["description"]})
    shop.credit(invoice, 300)
    dispute = shop.dispute(shop.charge(person, 5555))
    shop.respond(
        dispute,
        customer_email_address=PERSON["email"],
        customer_name=PERSON["name"],
        customer_purchase_ip=OTHERS[0],
        uncategorized_text=f"IBAN {OTHERS[1]}",
    )
    shop.complete(shop.checkout("solo-monthly", customer=person))
    shop.fail_next_payment(person)
    shop.charge(person, 1234)
    shop.live(months=months, customers=customers)
    return shop, shop.context.get("customer", person)


def payloads(shop):
    """All that the fake has, by the objects' names and ids."""
    known = Everything(shop.stripe)
    return {
        (name, key): {"object": name, **each, "within": known.within[key]}
        for name, objects in known.objects.items()
        for key, each in objects.items()
    }


def values_of(payload):
    """The texts under the keys of people, at any depth."""
    if isinstance(payload, list):
        for each in payload:
            yield from values_of(each)
    elif isinstance(payload, dict):
        for key, value in payload.items():
            if key in KEYS and isinstance(value, str) and len(value) > 3:
                yield value
            yield from values_of(value)


def of_person(shop, person):
    """What Stripe has of the person, and of nobody else."""
    every = payloads(shop)
    texts = {key: json.dumps(each) for key, each in every.items()}
    named = {("customer", person["id"])}
    for _ in range(3):  # from the customer to what names it, and on
        ids = [f'"{key}"' for name, key in named if name in OWNERS]
        named |= {
            each
            for each in every
            if each[0] not in SHARED and any(known in texts[each] for known in ids)
        }
    mine = {value for each in named for value in values_of(every[each])}
    rest = {value for each in every.keys() - named for value in values_of(every[each])}
    found = {*mine, *OTHERS} - rest
    assert {PERSON["email"], PERSON["name"], PERSON["phone"]} <= found
    return found


OWNERS = {"customer", "charge", "invoice", "payment_intent", "payment_method", "subscription"}
SHARED = {"product", "price", "plan", "coupon", "payout", "balance", "account", "promotion_code"}


def dump():
    """All that the tables have, by table and key of the row, as text."""
    found = {}
    for model in apps.get_app_config("stripe_django").get_models(include_auto_created=True):
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                values = dict(zip(names, row, strict=True))
                found[model.__name__, values["id"]] = values
    return found


def finds(wanted, rows=None):
    """Where any of these texts stands, also with the escapes of JSON."""
    forms = {form: each for each in wanted for form in (each, json.dumps(each)[1:-1])}
    found = []
    for (name, key), values in (dump() if rows is None else rows).items():
        texts = {column: str(value) for column, value in values.items() if value is not None}
        whole = "\n".join(texts.values())
        for form, each in forms.items():
            if form in whole:
                found += [
                    (name, key, column, each)
                    for column, text in texts.items()
                    # A few characters are found in numbers and hashes, too.
                    if form in text and (len(form) > 4 or text == form or f'"{form}"' in text)
                ]
    return found


def without_times(rows):
    return {
        key: {name: value for name, value in values.items() if name not in TIMES}
        for key, values in rows.items()
    }


TIMES = {"synced_at", "as_of", "as_of_from", "as_of_source", "as_of_kind"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
