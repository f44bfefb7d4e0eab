"""Each key that Stripe's SDK declares, and each column, has a category or was looked at."""

import pytest
from django.conf import settings

from stripe_django import fields, registry
from stripe_django.models.base import columns
from stripe_django.privacy import codes, not_personal, numbers
from stripe_django.privacy.categories import CATEGORIES, UNREVIEWED
from stripe_django.privacy.inventory import NOT_PERSONAL, category_of
from stripe_django.privacy.personal import PERSONAL, WHOLE
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import read
from stripe_django.sync.mapping.redaction import SECRETS

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

DEEPEST = 12  # hashes in each other; some have themselves inside


def leaves(annotation, path):
    """The keys below an annotation that hold values, each with its path."""
    while annotation.items is not None:
        annotation = annotation.items
    if annotation.shape is None:
        yield path
    elif len(path) < DEEPEST:
        for key, node, _ in annotation.shape.annotated():
            yield from leaves(read(node, annotation.shape), (*path, key))


def declared():
    for name in objects.names():
        for key, field in objects.sdk_object(name).fields.items():
            for path in leaves(field.annotation, (key,)):
                yield name, path


def is_secret(name, path):
    return any((name, key) in SECRETS for key in path)


def is_known(name, path):
    """Whether it is in the inventory, inside of what is in it whole, or dropped as a secret."""
    inside = any(key in WHOLE for key in path[:-1])
    return inside or is_secret(name, path) or category_of(name, path) != UNREVIEWED


def test_each_key_of_the_sdk_is_in_the_inventory_or_was_looked_at():
    paths = list(declared())
    assert len(paths) > 8000
    assert [f"{name}: {'.'.join(path)}" for name, path in paths if not is_known(name, path)] == []


def test_so_is_each_column_also_of_keys_that_the_sdk_no_longer_has():
    assert [
        f"{model.stripe.object_name}.{key}"
        for model in registry.models()
        for key, field in columns(model).items()
        if not isinstance(field, fields.HashField)
        and not is_known(model.stripe.object_name, (key,))
    ] == []


def test_so_is_each_column_without_a_key():
    assert [
        f"{model.stripe.object_name}.{field.name}"
        for model in registry.models()
        for field in model._meta.concrete_fields
        if isinstance(field, fields.StripeField) and field.payload_key is None
        if not isinstance(field, fields.HashField | fields.Reference | fields.SubjectField)
        if not is_known(model.stripe.object_name, (field.name,))
    ] == []


@pytest.mark.parametrize("path", [("nobody_knows",), ("billing_details", "nobody_knows")])
def test_a_key_in_neither_table_is_found(path):
    assert not is_known("charge", path)


def test_no_key_stands_in_two_tables_with_the_same_precision():
    tables = [
        *PERSONAL.values(),
        *(not_personal.EXCEPTIONS, not_personal.TEXTS, not_personal.OTHERS),
        *(codes.CODES, numbers.NUMBERS),
    ]
    entries = [entry for text in tables for entry in text.split()]
    assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []


def test_categories_are_no_keys_of_stripe_so_that_a_rule_means_one_thing():
    keys = {key for _, path in declared() for key in path}
    assert keys.isdisjoint({*CATEGORIES, UNREVIEWED})
    assert set(PERSONAL) == set(CATEGORIES)


@pytest.mark.parametrize(
    ("name", "path", "category"),
    [
        ("customer", "name", "names"),
        ("product", "name", NOT_PERSONAL),
        ("charge", "billing_details.address.line1", "addresses"),
        ("charge", "billing_details.address.country", NOT_PERSONAL),
        ("bank_account", "last4", "bank_numbers"),
        ("card", "last4", "card_numbers"),
        ("payment_method", "sepa_debit.last4", "bank_numbers"),
        ("invoice", "number", NOT_PERSONAL),
        ("identity.verification_report", "document.number", "government_ids"),
        ("person", "dob.year", "birth_dates"),
        ("identity.verification_report", "document.expiration_date.year", NOT_PERSONAL),
        ("tax_id", "value", "government_ids"),
        ("issuing.token", "network_data.device.location", "whereabouts"),
        ("terminal.reader", "location", NOT_PERSONAL),
        ("event", "user_id", NOT_PERSONAL),
    ],
)
def test_a_key_counts_by_its_object_and_the_end_of_its_path(name, path, category):
    assert category_of(name, tuple(path.split("."))) == category
