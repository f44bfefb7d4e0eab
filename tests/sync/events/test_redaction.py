"""What must not be stored is in no table, whatever becomes of the event that brought it."""

import pytest

from stripe_django import sync
from stripe_django.models import InboxEvent
from stripe_django.sync.backoff import ATTEMPTS
from stripe_django.sync.events import retry
from tests.posting import event, make_due, post, states, thin
from tests.sync.events.test_processor import refusing
from tests.sync.mapping.test_redaction import SECRET, stored_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

CHANGED = {"before": {"signing_secret": SECRET, "name": "old"}, "after": {"signing_secret": SECRET}}
EVENTS = {
    "payment intent": event(
        obj={
            "id": "pi_1",
            "object": "payment_intent",
            "client_secret": SECRET,
            "metadata": {"client_secret": "kept-value"},
        }
    ),
    "endpoint": event(
        obj={
            "id": "we_1",
            "object": "webhook_endpoint",
            "secret": SECRET,
            "metadata": {"a": "kept-value"},
        }
    ),
    "previous": event(
        data={
            "object": {"id": "pi_1", "object": "payment_intent", "description": "kept-value"},
            "previous_attributes": {"client_secret": SECRET},
        }
    ),
    "unknown": event(
        obj={
            "object": "unheard_of",
            "note": "kept-value",
            "inside": {"id": "seti_1", "object": "setup_intent", "client_secret": SECRET},
        }
    ),
    "thin": thin(
        related=("ed_1", "v2.core.event_destination"),
        changes=CHANGED,
        reason={"type": "kept-value"},
    ),
}
each_event = pytest.mark.parametrize("payload", EVENTS.values(), ids=EVENTS)


def assert_clean():
    assert SECRET not in stored_text()
    assert "kept-value" in stored_text()


@each_event
def test_once_it_is_applied_or_ignored(payload):
    assert post(payload).status_code == 200
    assert_clean()


@each_event
@pytest.mark.parametrize(("times", "status"), [(1, "failed"), (ATTEMPTS, "dead")])
def test_while_it_waits_and_once_it_is_dead(payload, times, status):
    with refusing('FROM ["`]stripe_django_home'):
        post(payload)
        for _ in range(times - 1):
            make_due()
            retry.run_due()
    assert set(states().values()) == {status}
    assert InboxEvent.objects.exclude(body="").exists()
    assert_clean()


def test_changes_of_a_thin_event_are_cleaned_however_it_comes():
    event = {
        "id": "evt_1",
        "object": "v2.core.event",
        "related_object": {"id": "ed_1", "type": "v2.core.event_destination"},
        "changes": {"before": {"signing_secret": "whsec_hidden"}, "after": {"name": "new"}},
    }
    row = sync.apply(event).row
    assert row.changes == {"before": {}, "after": {"name": "new"}}
    assert "whsec_hidden" not in str(row.extra)
