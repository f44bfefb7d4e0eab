"""Events about objects out of scope, in a project that does not store them."""

import pytest

from stripe_django import sync
from stripe_django.models import Charge, Customer, Event, HandlerRun, InboxEvent, V2CoreEvent
from stripe_django.sync.events import backlog, processor, store
from stripe_django.webhooks import on
from tests.posting import at, customer, event, post, thin

pytestmark = pytest.mark.django_db

CHARGE = {"id": "ch_1", "object": "charge", "livemode": False}


@pytest.fixture(autouse=True)
def unstored(endpoint, settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"], "STORE_ALL_EVENTS": False}


def stored_ids():
    return sorted(Event.objects.values_list("stripe_id", flat=True))


def later(payload):
    store.store(payload, sent_at=at(100))
    processor.process(payload["id"])


@pytest.mark.parametrize("deliver", [post, later])
def test_one_line_without_content_is_left(deliver):
    deliver(event(1, "charge.succeeded", CHARGE))
    deliver(event(2))
    assert stored_ids() == ["evt_2"]
    [line, _] = InboxEvent.objects.order_by("pk").values_list("status", "reason", "body")
    assert line == ("ignored", "OBJECTS leaves out charge.", "")
    assert not backlog.finished(["evt_1"]).events.exists()  # it cannot be replayed
    assert Customer.objects.exists()
    assert not Charge.objects.exists()


def test_a_second_delivery_is_known():
    for _ in range(2):
        assert post(event(1, "charge.succeeded", CHARGE)).status_code == 200
    assert InboxEvent.objects.count() == 1


def test_all_are_stored_by_default(settings):
    settings.STRIPE_DJANGO |= {"STORE_ALL_EVENTS": True}
    post(event(1, "charge.succeeded", CHARGE))
    assert stored_ids() == ["evt_1"]


def test_an_event_with_a_handler_is_stored():
    calls = []
    on("charge.succeeded")(lambda event, row: calls.append((event.stripe_id, row)))
    post(event(1, "charge.succeeded", CHARGE))
    post(event(2, "charge.failed", CHARGE))
    assert calls == [("evt_1", None)]
    assert stored_ids() == ["evt_1"]
    assert HandlerRun.objects.get().status == "done"


def test_what_says_the_state_of_an_account_is_stored():
    shown = {"id": "ca_1", "object": "application"}
    post(event(1))  # your own account is known from now on
    post(event(2, "account.application.deauthorized", shown, account="acct_1"))
    assert stored_ids() == ["evt_1", "evt_2"]


def test_what_is_in_scope_inside_the_object_is_written():
    post(event(1, "charge.succeeded", CHARGE | {"customer": customer()}))
    assert stored_ids() == []
    assert Customer.objects.get().stripe_id == "cus_1"


def test_an_object_that_no_model_has_is_not_out_of_scope():
    post(event(1, "a.new.one", {"id": "new_1", "object": "a_new_one"}))
    assert stored_ids() == ["evt_1"]


def test_of_the_other_mode_no_body_is_left():
    later(event(1, livemode=False))  # the first one decides the mode
    later(event(2, livemode=True))
    found = InboxEvent.objects.get(event_id="evt_2")
    assert (found.status, found.body) == ("ignored", "")


def test_a_thin_event():
    later(event(1))
    later(thin(1, "v1.charge.updated", ("ch_1", "charge")))
    assert not V2CoreEvent.objects.exists()
    assert InboxEvent.objects.get(event_id="evt_thin_1").reason == "OBJECTS leaves out charge."


def test_apply_says_that_it_was_ignored():
    result = sync.apply([event(1, "charge.succeeded", CHARGE), event(2)])
    assert [row.stripe_id for row in result.rows] == ["evt_2", "cus_1"]
    assert [each.stripe_id for each in result.ignored] == ["evt_1"]
