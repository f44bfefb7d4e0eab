"""``stripe_import_djstripe``, on tables of dj-stripe 2.9: columns, and payloads of what was saved
since the upgrade.
"""

import pytest

from stripe_django.models import Charge
from tests.round_trip import expected

from .test_djstripe import collapsed, imported, table

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("peer", ["2.9"], indirect=True)]


def test_a_payload_is_better_than_columns(peer):
    old, new = table(peer, "charge").order_by("djstripe_id")[:2]
    table(peer, "charge").filter(pk=old.pk).update(stripe_data={})
    found = imported()
    count = table(peer, "charge").count()
    assert found["tables"]["djstripe_charge"] == {
        **{"object": "charge", "read": count, "complete": count - 1, "incomplete": 1},
        **{"empty": 0, "other_mode": 0, "out_of_scope": 0, "failed": 0},
    }
    complete = Charge.objects.get(stripe_id=new.id)
    assert complete.to_stripe() == expected(collapsed("djstripe_charge", new.stripe_data))
    assert complete.as_of == new.djstripe_updated
    incomplete = Charge.objects.get(stripe_id=old.id)
    assert (incomplete.amount, incomplete.as_of) == (old.stripe_data["amount"], None)


def test_a_second_one_changes_nothing(peer):
    imported()
    objects = imported()["objects"]
    changes = {"created", "updated", "conflicting", "failed"}
    assert {name for name, counts in objects.items() if changes & counts.keys()} == set()
