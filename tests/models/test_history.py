"""Events of an object, what each changed, and objects as they were at a moment."""

from datetime import timedelta

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from stripe_django import sync
from stripe_django.models import Customer, Event, Invoice, Subscription, V2CoreAccount, V2CoreEvent
from stripe_django.models.changes import changes
from stripe_django.sync.events import processor, store
from tests.asking import NOW, generated, stored
from tests.posting import at, customer, event, thin

pytestmark = pytest.mark.django_db

KINDS = ("invoice.created", "invoice.updated", "invoice.paid", "invoice.deleted")
SECONDS = timedelta(seconds=1)


def invoice_event(drawn):
    """An unsaved event of one of few invoices, in one of few seconds."""
    kind, seconds, number, state = drawn
    snapshot = {"id": f"in_{number}", "object": "invoice", "n": state, "deep": {"n": state, "k": 1}}
    return Event(
        type=kind,
        created=NOW + seconds * SECONDS,
        object_id=snapshot["id"],
        object_name="invoice",
        data={"object": snapshot},
        extra={},
    )


EVENTS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)).map(
        invoice_event
    ),
    max_size=12,
)


def age(row):
    """What orders the events of an object, the slow and obvious way."""
    rank = {"created": 0, "deleted": 2}.get(row.type.partition(".")[2], 1)
    return row.created, rank, row.pk


def of_invoice(events, stripe_id):
    return sorted((it for it in events if it.object_id == stripe_id), key=age)


def some_invoices():
    return [Invoice(stripe_id=f"in_{number}", number=str(number)) for number in range(3)]


@generated
@given(EVENTS)
def test_invoices_with_snapshots(events):
    with stored(some_invoices(), events):
        made = list(Event.objects.all())
        for seconds in range(-1, 4):
            expected = {}
            for number in range(3):
                until = [
                    it
                    for it in of_invoice(made, f"in_{number}")
                    if it.created <= NOW + seconds * SECONDS
                ]
                is_there = until and not until[-1].type.endswith(".deleted")
                expected[f"in_{number}"] = (
                    (until[-1].stripe_id, until[-1].data["object"]) if is_there else (None, None)
                )
            found = Invoice.objects.with_snapshot(at=NOW + seconds * SECONDS)
            assert {it.stripe_id: shown(it) for it in found} == expected
            ones = found.filter(snapshot__n=1, number__in=["0", "1"])
            assert [it.stripe_id for it in ones.order_by(F("snapshot__n"), "-number")] == [
                stripe_id
                for stripe_id in ("in_1", "in_0")
                if (expected[stripe_id][1] or {}).get("n") == 1
            ]
            assert found.count() == 3


def shown(row):
    return row.snapshot_event, row.snapshot and row.snapshot.to_stripe()


@generated
@given(EVENTS)
def test_the_history_of_an_invoice(events):
    with stored(some_invoices(), events):
        made = list(Event.objects.all())
        for row in Invoice.objects.all():
            expected, before = [], None
            for it in of_invoice(made, row.stripe_id):
                now = it.data["object"]
                differs = before is not None and before["n"] != now["n"]
                expected.append(
                    (it.stripe_id, [(p, before["n"], now["n"]) for p in ("deep.n", "n") if differs])
                )
                before = now
            found = row.history()
            assert [(it.stripe_id, it.changed) for it in found] == expected[::-1]
            late = found.filter(created__gte=NOW + 2 * SECONDS)
            assert [(it.stripe_id, it.changed) for it in late] == [
                each for each in expected[::-1] if each[0] in {it.stripe_id for it in late}
            ]


def test_what_stripe_says_to_have_changed_is_what_changed():
    after = {"status": "paid", "metadata": {"a": "2", "b": "3"}, "lines": [1, 2], "note": "new"}
    before = {"status": "open", "metadata": {"a": "1"}, "lines": [1], "note": None}
    assert list(changes(before, after, partial=True)) == [
        ("status", "open", "paid"),
        ("metadata.a", "1", "2"),
        ("lines", [1], [1, 2]),
        ("note", None, "new"),
    ]
    assert ("metadata.b", None, "3") in list(changes(before, after))


def test_previous_attributes_come_before_a_comparison():
    sync.apply(event(1, obj=customer(balance=1, name="Ann")))
    said = event(2, obj=customer(balance=2, name="Bea"))
    said["data"]["previous_attributes"] = {"balance": 1}
    sync.apply(said)
    sync.apply(event(3, obj=customer(balance=3, name="Bea")))
    found = Customer.objects.get().history()
    assert [it.changed for it in found] == [[("balance", 2, 3)], [("balance", 1, 2)], []]
    assert found[0].snapshot == customer(balance=3, name="Bea")
    assert Event.objects.get(stripe_id="evt_3").changed == []  # not asked for with_earlier()


def test_the_events_of_an_object_whose_id_the_merchant_chose(both_modes):
    """The same id in two accounts and two modes is four objects."""
    sync.apply({"id": "home", "object": "customer", "livemode": False})
    plan = {"id": "gold", "object": "plan", "livemode": False}
    known = {1: {}, 2: {"account": "acct_1A"}, 3: {"livemode": True}}
    for number, more in known.items():
        obj = plan | {"livemode": more.get("livemode", False)}
        sync.apply(event(number, "plan.updated", obj, **more))
    found = dict(Event.objects.values_list("stripe_id", "object_id"))
    assert found == {"evt_1": "gold", "evt_2": "acct_1A:test:gold", "evt_3": ":live:gold"}


@pytest.mark.parametrize(
    ("kind", "obj", "object_id"),
    [
        ("balance.available", {"object": "balance", "livemode": False}, "test"),
        ("customer.discount.created", {"object": "discount", "customer": "cus_1"}, "cus_1"),
        ("invoice.upcoming", {"object": "invoice", "customer": "cus_1"}, None),
        ("a.new.one", {"object": "a_new_one", "id": "new_1"}, None),
    ],
)
def test_the_object_of_an_event_is_the_row_that_it_fills(kind, obj, object_id):
    store.store(event(1, kind, obj), sent_at=at(1))
    processor.process("evt_1")
    assert Event.objects.get().object_id == object_id
    assert Event.objects.get().object_name == obj["object"]


def test_a_thin_event_is_found_by_the_object_that_it_names():
    said = thin(1, "v2.core.account.updated", ("acct_1", "v2.core.account"))
    said |= {"changes": {"before": {"name": "A"}, "after": {"name": "B"}}}
    sync.apply(said)
    sync.apply({"id": "acct_1", "object": "v2.core.account"})
    sync.apply(thin(2))
    sync.apply(customer())
    [row] = V2CoreEvent.objects.filter(object_id="acct_1")
    assert list(V2CoreAccount.objects.get().history()) == [row]
    assert V2CoreAccount.objects.get().history()[0].changed == [("name", "A", "B")]
    assert V2CoreEvent.objects.for_object(Customer.objects.get()).get().object_name == "customer"


def test_objects_of_two_kinds_may_share_an_id():
    sync.apply(event(1))
    sync.apply(event(2, obj={"id": "cus_1", "object": "cash_balance", "customer": "cus_1"}))
    assert [it.stripe_id for it in Customer.objects.get().history()] == ["evt_1"]


def subscription_event(number, status="active", kind="customer.subscription.updated"):
    obj = {"id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1"}
    return event(number, kind, obj)


def test_a_canceled_subscription_is_still_there():
    said = subscription_event(1, "canceled", "customer.subscription.deleted")
    sync.apply(said)
    found = Subscription.objects.with_snapshot(at=at(1)).get()
    assert found.snapshot.to_stripe() == said["data"]["object"]
    assert Subscription.objects.with_snapshot(at=at(0)).get().snapshot is None


def test_a_snapshot_is_an_unsaved_row_beside_the_row_of_today():
    sync.apply(subscription_event(1))
    sync.apply(subscription_event(2, "past_due"))
    row = Subscription.objects.with_snapshot(at=at(1)).get(snapshot__status="active")
    assert (row.status, row.snapshot.status) == ("past_due", "active")
    assert (row.snapshot.pk, row.snapshot.as_of, row.snapshot.customer_id) == (None, at(1), "cus_1")
    assert not Subscription.objects.with_snapshot(at=at(1)).filter(status="active").exists()


def test_what_json_cannot_hold_is_in_the_snapshot():
    said = event(1, obj=customer(name="A\0"))
    sync.apply(said)
    assert Customer.objects.with_snapshot(at=at(1)).get().snapshot.to_stripe() == customer(
        name="A\0"
    )


def test_snapshots_of_many_rows_take_few_queries(django_assert_num_queries):
    for number in range(3):
        sync.apply(event(number + 1, obj=customer(stripe_id=f"cus_{number}")))
    with django_assert_num_queries(3):  # the rows, their events, the home
        rows = list(Customer.objects.with_snapshot(at=at(3)).iterator())
    assert [it.snapshot.stripe_id for it in rows] == [it.stripe_id for it in rows]
    assert len(rows) == 3


def test_events_have_no_snapshots():
    with pytest.raises(TypeError, match="never change"):
        Event.objects.with_snapshot(at=at(1))


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="aware of its time zone"):
        Invoice.objects.with_snapshot(at=NOW.replace(tzinfo=None))
