"""What was stored without a policy becomes what a sync under the policy stores."""

import pytest
from django.apps import apps
from django.test import override_settings

from stripe_django import registry, sync
from stripe_django.sync.withholding.apply import apply
from tests.corpus import FILES, needs_corpus, records

pytestmark = pytest.mark.django_db

KEYS = ["a key of sixteen characters"]
HASHED = {"*": {"emails": "hash", "card_numbers": "mask", "free_text": "drop"}}
NOT_COMPARED = {"id", "synced_at", "as_of_source"}


def under(policy, **more):
    from django.conf import settings

    return override_settings(
        STRIPE_DJANGO={**settings.STRIPE_DJANGO, "PRIVACY": policy, "PRIVACY_KEYS": KEYS, **more}
    )


def stored():
    """Each row of the mirror, by its object and id."""
    return {
        (model.stripe.object_name, row["stripe_id"]): {
            name: value for name, value in row.items() if name not in NOT_COMPARED
        }
        for model in registry.models()
        for row in model.objects.values()
    }


def forget():
    for model in apps.get_app_config("stripe_django").get_models():
        model._base_manager.all()._raw_delete("default")


def store(payloads):
    for payload in payloads:
        sync.apply([payload])


def sample():
    found = {}
    for path in FILES:
        for record in records(path):
            payload = record["payload"]
            found.setdefault((payload.get("object"), payload.get("type")), payload)
    return list({each.get("id", key): each for key, each in found.items()}.values())


@needs_corpus
@pytest.mark.parametrize("policy", ["minimal", HASHED])
def test_applied_to_what_is_stored_it_is_as_if_it_had_been_in_force_before(policy):
    payloads = sample()
    with under(policy):
        store(payloads)
    expected = stored()
    forget()
    store(payloads)
    with under(policy):
        applied = apply()
    found = stored()
    assert applied.failures == []
    assert sum(applied.rows.values()) == len(expected) > 300
    different = {
        key: {n: (v, found[key][n]) for n, v in row.items() if found[key][n] != v}
        for key, row in expected.items()
        if found[key] != row
    }
    print(sorted(different.items(), key=str)); print(len(expected))
    assert different == {}
