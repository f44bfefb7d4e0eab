"""Every event of the corpus through the endpoint: stored, and applied or ignored with a reason."""

from collections import Counter

import pytest

from stripe_django.models import Event, InboxEvent, V2CoreEvent
from stripe_django.sync import home
from stripe_django.sync.events.envelope import OBJECT_NAMES as EVENTS
from tests.corpus import FILES, needs_corpus, records
from tests.posting import post
from tests.round_trip import expected

pytestmark = [pytest.mark.django_db, needs_corpus]

ACCOUNTS = ["acct_123", "acct_456"]  # that thin events of the corpus are to be read as


def events(path):
    """Each under an id of its own, because test events all have the same."""
    for number, record in enumerate(records(path), 1):
        if record["kind"] == "event" or record["object"] in EVENTS:
            payload = record["payload"]
            known = payload.get("id")
            yield f"{path.name}:{number}", {**payload, "id": known and f"{known}_{number}"}


WITH_EVENTS = [path for path in FILES if any(events(path))]


@pytest.fixture
def deliver(running, settings):
    """Post an event; a key for its mode is at hand if it has to be read."""
    home.set_mode("default", livemode=False)
    for account in ACCOUNTS:
        running.add({"id": account, "object": "account"})

    def deliver(payload):
        mode = "live" if payload.get("livemode") is True else "test"
        running.key = f"sk_{mode}_of_the_fake"
        is_thin = payload.get("object") == V2CoreEvent.stripe.object_name
        settings.STRIPE_DJANGO |= {"API_KEY": running.key if is_thin else "", "OTHER_MODE": "keep"}
        return post(payload)

    return deliver


@pytest.mark.parametrize("path", WITH_EVENTS, ids=lambda path: path.stem)
def test_events_of_the_corpus(path, deliver, record_property):
    seen = Counter()
    for where, payload in events(path):
        response = deliver(payload)
        outcome = outcome_of(payload) if response.status_code == 200 else refused(payload, response)
        seen[outcome] += 1
        assert outcome, where
    counts = "; ".join(f"{count} {what}" for what, count in seen.most_common())
    record_property("summary", f"{path.name} posted: {counts}")


def outcome_of(payload):
    event = InboxEvent.objects.get(event_id=payload["id"])
    assert (event.status, bool(event.reason)) in [("applied", False), ("ignored", True)], event
    assert (event.attempts, event.body, event.next_attempt_at) == (1, "", None)
    model = Event if payload["object"] == Event.stripe.object_name else V2CoreEvent
    assert model.objects.get(stripe_id=payload["id"]).to_stripe() == expected(payload)
    return f"ignored ({event.reason})" if event.reason else "applied"


def refused(payload, response):
    assert (response.status_code, response.content) == (400, b"not an event")
    assert not payload.get("id") or payload.get("object") not in EVENTS
    return f"refused: object {payload.get('object')!r}, id {payload.get('id')!r}"
