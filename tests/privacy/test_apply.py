"""What was stored without a policy becomes what a sync under the policy stores."""

import os

import pytest
from django.apps import apps

from stripe_django import registry, sync
from stripe_django.sync.privacy.apply import apply
from tests.corpus import FILES, needs_corpus, records

from .policies import HASHED, under

pytestmark = pytest.mark.django_db

STEP = int(os.environ.get("PRIVACY_CORPUS_STEP", "40"))  # 1, for all of the corpus
NOT_COMPARED = {"id", "synced_at", "as_of_source"}


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
    """Some payloads, each with an id of its own."""
    payloads = [record["payload"] for path in FILES for record in records(path)]
    return list({str(each.get("id")): each for each in payloads}.values())[::STEP]


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
    assert sum(applied.rows.values()) == len(expected) > 50
    different = {
        key: {n: (v, found[key][n]) for n, v in row.items() if found[key][n] != v}
        for key, row in expected.items()
        if found[key] != row
    }
    assert different == {}
