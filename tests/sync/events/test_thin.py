"""Thin events: they name an object, which is read."""

import pytest
from django.db import connection

from stripe_django.models import Customer, InboxEvent, PendingRead, V2CoreAccount, V2CoreEvent
from stripe_django.sync.events import retry
from stripe_django.webhooks import on
from tests.posting import at, customer, event, make_due, post, reasons, states, thin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

PATH = "/v1/customers/cus_1"
ACCOUNT = ("acct_1", "v2.core.account")


def test_the_object_is_read(fake):
    fake.add(customer(7))
    assert post(thin()).status_code == 200
    assert [request.path for request in fake.requests] == [PATH]
    received = InboxEvent.objects.get()
    assert (received.status, received.reason, received.body) == ("applied", "", "")
    assert (received.object_name, received.object_id) == ("customer", "cus_1")
    row = Customer.objects.get()
    assert (row.balance, row.as_of_kind, row.ambiguous) == (7, "read", False)
    assert at(98) < row.as_of <= at(100)
    told = V2CoreEvent.objects.get()
    assert (told.to_stripe(), told.as_of, told.as_of_kind) == (thin(), at(1), "event")


def test_an_object_of_the_second_version_is_read(fake):
    fake.add({"id": "acct_1", "object": "v2.core.account", "display_name": "Ann"})
    post(thin(kind="v2.core.account.updated", related=ACCOUNT))
    assert [request.path for request in fake.requests] == ["/v2/core/accounts/acct_1"]
    assert V2CoreAccount.objects.get().display_name == "Ann"


def test_delivered_twice_it_is_read_once(fake):
    fake.add(customer(7))
    post(thin())
    post(thin())
    assert len(fake.requests) == 1


def test_an_older_snapshot_changes_nothing(fake):
    fake.add(customer(7))
    post(thin())
    post(event(50))
    assert (Customer.objects.get().balance, len(fake.requests)) == (7, 1)


@pytest.mark.parametrize(
    ("related", "model"), [(("cus_1", "customer"), Customer), (ACCOUNT, V2CoreAccount)]
)
def test_what_is_gone_is_marked_as_deleted(fake, related, model):
    post(thin(related=related))
    row = model.objects.get()
    assert (row.stripe_id, row.is_alive, row.as_of) == (related[0], False, None)
    assert at(98) < row.deleted_at <= at(100)
    assert set(states().values()) == {"applied"}


def test_what_was_here_and_is_gone_keeps_its_content(fake):
    post(event())
    fake.add(customer(7))
    fake.delete("cus_1")
    post(thin())
    row = Customer.objects.get()
    assert (row.is_alive, row.balance, row.as_of) == (False, 1, at(1))


def test_without_a_key_it_waits_for_one(settings, fake):
    fake.add(customer(7))
    settings.STRIPE_DJANGO |= {"API_KEY": ""}
    assert post(thin()).status_code == 200
    assert states() == {"evt_thin_1": "failed"}
    assert "MissingKeyError: No Stripe secret key is configured" in reasons()["evt_thin_1"]
    settings.STRIPE_DJANGO |= {"API_KEY": fake.key}
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_thin_1": "applied"})


def test_one_of_the_other_mode_deletes_nothing(fake):
    post(event(obj=customer(1, livemode=False), livemode=False))
    post(thin(livemode=True))
    assert reasons()["evt_thin_1"] == "It is of live mode, and this database mirrors test mode."
    assert (Customer.objects.get().is_alive, fake.requests) == (True, [])


@pytest.mark.parametrize("context", ["acct_1A", "org_1/acct_1A"])
def test_the_context_is_the_account_to_read_as(fake, context):
    fake.add({"id": "acct_1A", "object": "account"})
    fake.add(customer(7), account="acct_1A")
    post(thin(context=context))
    assert [request.account for request in fake.requests] == ["acct_1A"]
    row = Customer.objects.get()
    assert (row.balance, row.stripe_account, row.api_id) == (7, "acct_1A", "cus_1")
    assert V2CoreEvent.objects.get().stripe_account == "acct_1A"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"related_object": None}, "The event names no object that could be read."),
        ({"related_object": {"url": "https://elsewhere"}}, "The event names no object that"),
        ({"related_object": {"url": PATH}}, "The event names an object that has no model."),
        ({"related": ("llama_1", "llama")}, "The event names an object that has no model."),
        ({"related": ("ch_1", "charge")}, "OBJECTS leaves out charge."),
    ],
)
def test_what_cannot_become_a_row_is_not_read(settings, fake, changes, reason):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
    post(thin(**changes))
    assert states() == {"evt_thin_1": "ignored"}
    assert reasons()["evt_thin_1"].startswith(reason)
    assert fake.requests == []
    assert V2CoreEvent.objects.get().to_stripe() == thin(**changes)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_refused_read_is_tried_again(fake, status):
    fake.add(customer(7))
    fake.fail(status=status, times=1)
    assert post(thin()).status_code == 200
    assert states() == {"evt_thin_1": "failed"}
    assert reasons()["evt_thin_1"]
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_thin_1": "applied"})
    assert InboxEvent.objects.get().attempts == 2


def test_a_broken_connection_is_tried_again(fake):
    fake.add(customer(7))
    fake.cut(times=1)
    post(thin())
    assert "APIConnectionError" in reasons()["evt_thin_1"]
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_thin_1": "applied"})


def test_it_says_what_changed_and_what_its_snapshot_is(fake):
    changes = {"before": {"balance": 5}, "after": {"balance": 7}}
    told = []
    on("v1.customer.*")(lambda event, row: told.append((event, row)))
    post(event(7, id="evt_snapshot"))
    post(thin(changes=changes, snapshot_event="evt_snapshot"))
    [(row, changed)] = told
    assert (row.changes, row.previous_attributes) == (changes, {"balance": 5})
    assert (row.snapshot_event.stripe_id, changed.balance) == ("evt_snapshot", 7)
    assert fake.requests == []


@pytest.mark.parametrize("changes", [None, [], {}, {"before": None}, {"after": {"balance": 7}}])
def test_it_need_not_say_what_changed(fake, changes):
    fake.add(customer(7))
    post(thin(changes=changes))
    assert V2CoreEvent.objects.get().previous_attributes == {}


def test_one_dated_ahead_is_read_only_once(fake):
    fake.add(customer(7))
    post(thin(number=10**9))
    assert (len(fake.requests), PendingRead.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_it_is_read(fake):
    open_ones = []
    fake.add(customer(7))
    fake.meanwhile.append(lambda: open_ones.append(connection.in_atomic_block))
    post(thin())
    assert (open_ones, states()) == ([False], {"evt_thin_1": "applied"})
