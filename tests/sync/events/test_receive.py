"""A delivery that is stored and applied in one transaction, and what happens when that fails."""

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection

from stripe_django import sync
from stripe_django.models import Customer, Event, HandlerRun, Home, InboxEvent, Source
from stripe_django.sync import home, test_clocks
from stripe_django.webhooks import on
from tests.posting import customer, event, heard, post, reasons, rows, states
from tests.sync.events.test_processor import CUSTOMERS, contents, refusing
from tests.sync.events.test_statements import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

UPDATES = "UPDATE " + connection.ops.quote_name("stripe_django_inboxevent")


@pytest.fixture(autouse=True)
def settled():
    """A database whose mode is settled, and known to this process."""
    home.set_mode("default", livemode=False)


def in_one(payload):
    """Whether a delivery was stored and applied in one go."""
    return not any(each.startswith(UPDATES) for each in statements(payload))


def without_times():
    return [{**each, "id": 0, "sent_at": None} for each in contents()]


def test_it_ends_as_in_two_transactions():
    on("*")(lambda event, row: None)
    card = {"id": "card_1", "object": "card", "customer": "cus_1"}
    payload = event(obj=customer(default_source=card))
    assert in_one(payload)
    ours = without_times()
    for model in (InboxEvent, Event, Customer, HandlerRun):
        model._base_manager.get_queryset()._raw_delete("default")
    with refusing("INTO .stripe_django_inboxevent.* livemode =", InterfaceError("no")):
        assert not in_one(payload)
    assert without_times() == ours
    assert {each.get("attempts", 1) for each in ours} == {1}


def test_whoever_is_told_of_it_sees_all_of_it():
    def look(event):
        return event.pk, event.status, Customer.objects.count(), len(connection.atomic_blocks)

    outside = len(connection.atomic_blocks)
    with heard(look) as told:
        post(event())
    seen = (InboxEvent.objects.get().pk, "applied", 1, outside)
    assert told == [("received", seen), ("applied", seen)]


def test_an_event_that_is_there_already_is_no_hindrance():
    sync.apply(event())
    assert in_one(event())
    assert (Event.objects.count(), states()) == (1, {"evt_1": "applied"})


@pytest.mark.parametrize("error", [OperationalError("full"), DataError("bad"), KeyError("mistake")])
def test_what_cannot_be_applied_is_stored_alone(error, caplog):
    caplog.set_level("INFO")
    with refusing(CUSTOMERS, error), heard() as signals:
        assert post(event()).status_code == 200
    assert states() == {"evt_1": "failed"}
    assert InboxEvent.objects.get().attempts == 1
    assert type(error).__name__ in reasons()["evt_1"]
    assert signals == [("received", "evt_1"), ("failed", "evt_1")]
    at_once, alone = caplog.records
    assert (at_once.event, alone.event) == ("event_not_applied_at_once", "event_failed")
    assert at_once.error.startswith(type(error).__name__)


def test_a_refused_row_takes_no_other_with_it():
    card = {"id": "card_1", "object": "card", "customer": "cus_1"}
    with refusing(CUSTOMERS, DataError("bad value")):
        post(event(obj=customer(default_source=card)))
    assert rows() == {"InboxEvent": 1, "Event": 1, "Card": 1, "Home": 1}


def test_an_event_loses_the_secrets_of_its_object():
    shown = {"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x"}
    assert in_one(event(obj=shown))
    assert "pi_1_secret_x" not in repr(list(Event.objects.values()))


@pytest.mark.parametrize("mode", [True, None])
def test_a_home_that_has_changed_is_looked_at_again(mode):
    Home.objects.all().delete()
    if mode is not None:
        Home.objects.create(pk=Home.SINGLETON, livemode=mode)
    gold = {"id": "gold", "object": "coupon"}
    assert not in_one(event(1, obj=gold))
    assert in_one(event(2, obj=gold))
    statuses = set(InboxEvent.objects.values_list("object_id", "status"))
    assert statuses == {("", "ignored") if mode else ("gold", "applied")}


@pytest.mark.parametrize("key", test_clocks.LEADING)
@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "x" * 300, 7, [], {"id": "\0"}])
def test_a_reference_that_is_no_id_is_no_hindrance(key, bad):
    shown = {"id": "src_1", "object": "source", "livemode": False, key: bad}
    assert post(event(obj=shown)).status_code == 200
    assert states() == {"evt_1": "applied"}
    assert Source.objects.get().to_stripe() == shown
