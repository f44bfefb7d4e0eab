"""The audit names what sounds like a secret in the SDK and is neither dropped nor explained."""

import pytest
from django.conf import settings

from stripe_django.audit import sensitive_keys as secrets
from stripe_django.sync.mapping.redaction import SECRETS

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


def found():
    return [str(finding) for finding in secrets.findings()]


def test_all_are_dropped_or_explained():
    assert found() == []
    assert all(secrets.STORED.values())


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("payment_intent", "client_secret"),
        ("payment_method", "persistent_token"),
        ("v2.commerce.product_catalog_import", "url"),
        ("issuing.card", "cvc"),
    ],
)
def test_one_that_is_not_dropped_is_found(monkeypatch, name, key):
    monkeypatch.setattr(secrets, "SECRETS", SECRETS - {(name, key)})
    assert found() == [f"{name}.{key}: {secrets.WHAT_TO_DO}"]


def test_an_explanation_of_nothing_is_found(monkeypatch):
    monkeypatch.setitem(secrets.STORED, "charge.wand", "magic")
    assert found() == ["charge.wand: is explained, and the SDK has no such key"]


def test_what_the_sdk_says_of_a_value_counts_too(monkeypatch):
    monkeypatch.delitem(secrets.STORED, "apps.secret.name")
    assert [text.partition(":")[0] for text in found()] == ["apps.secret.name"]
