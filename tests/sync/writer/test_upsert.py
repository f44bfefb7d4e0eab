"""What the writer makes of snapshots, on whichever database the tests run."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction

from stripe_django import sync
from stripe_django.models import (
    BalanceTransaction,
    Card,
    Charge,
    Coupon,
    Customer,
    Discount,
    Dispute,
    DisputeEvidence,
    Event,
    Plan,
    Recipient,
    Refund,
    Subscription,
    TransferReversal,
)
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.writer import upsert

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 1, tzinfo=UTC)
BIG_PAGE = 100  # enough for COPY
SMALL_PAGE = 5


def at(seconds):
    return START + timedelta(seconds=seconds)


def charge(amount=100, stripe_id="ch_1", **more):
    return {"id": stripe_id, "object": "charge", "amount": amount, **more}


def event(second, payload, kind="charge.updated", **more):
    return {
        "id": f"evt_{second}_{payload.get('amount', '')}",
        "object": "event",
        "created": int(at(second).timestamp()),
        "type": kind,
        "data": {"object": payload},
        **more,
    }


def counts(result):
    return {outcome: count for outcome, count in result.counts.items() if count}


def state(row):
    return row.as_of, row.as_of_kind, row.ambiguous, row.deleted_at


def ids(rows):
    return sorted(row.stripe_id for row in rows)


def test_a_new_object_is_created():
    result = sync.apply(charge(), as_of=at(5.25))
    assert counts(result) == {"created": 1}
    assert state(result.row) == (at(5.25), "read", False, None)
    assert result.row.to_stripe() == charge()


@pytest.mark.parametrize(
    ("second", "amount", "outcome", "end"),
    [
        (6, 200, "updated", (at(6), "read", False, None)),
        (6, 100, "unchanged", (at(6), "read", False, None)),
        (4, 200, "stale", (at(5), "read", False, None)),
        (5, 200, "conflicting", (at(5), "read", True, None)),
        (None, 200, "refetch", (at(5), "read", False, None)),
        (None, 100, "unchanged", (at(5), "read", False, None)),
    ],
)
def test_a_second_snapshot(second, amount, outcome, end):
    sync.apply(charge(), as_of=at(5))
    result = sync.apply(charge(amount), as_of=None if second is None else at(second))
    assert counts(result) == {outcome: 1}
    assert state(result.row) == end
    assert result.row.amount == (200 if outcome in ("updated", "conflicting") else 100)


def test_the_same_again_is_no_write():
    before = sync.apply(charge(), as_of=at(5)).row.synced_at
    again = sync.apply(charge(), as_of=at(5))
    assert counts(again) == {"unchanged": 1}
    assert again.row.synced_at == before


def test_a_copy_creates_and_the_first_snapshot_takes_over():
    copied = sync.apply(charge())
    assert (counts(copied), state(copied.row)) == ({"created": 1}, (None, "", False, None))
    known = sync.apply(charge(), as_of=at(1))
    assert (counts(known), state(known.row)) == ({"unchanged": 1}, (at(1), "read", False, None))


def test_an_event_counts_itself_and_its_object():
    assert counts(sync.apply(event(5, charge()))) == {"created": 2}
    assert counts(sync.apply(event(5, charge()))) == {"unchanged": 2}
    assert counts(sync.apply(event(4, charge(50)))) == {"created": 1, "stale": 1}
    assert counts(sync.apply(event(5, charge(70)))) == {"created": 1, "conflicting": 1}
    assert counts(sync.apply(event(6, charge(80)))) == {"created": 1, "updated": 1}
    row = Charge.objects.get()
    assert (row.amount, state(row)) == (80, (at(6), "event", False, None))


@pytest.mark.parametrize("backwards", [False, True])
def test_events_in_one_batch_count_one_by_one(backwards):
    events = [event(second, charge(second)) for second in (5, 6, 7)]
    result = sync.apply(events[::-1] if backwards else events)
    late = {"stale": 2} if backwards else {"updated": 2}
    assert counts(result) == {"created": 4, **late}
    row = Charge.objects.get()
    assert (row.amount, state(row)) == (7, (at(7), "event", False, None))


@pytest.mark.parametrize("stored", [False, True])
def test_duplicates_in_one_batch(stored):
    if stored:
        sync.apply(charge(1), as_of=at(1))
    result = sync.apply([charge(), charge(), charge(200), charge(300, "ch_2")], as_of=at(5))
    first = {"created": 1, "updated": 1} if stored else {"created": 2}
    assert counts(result) == {**first, "unchanged": 1, "conflicting": 1}
    row = Charge.objects.get(stripe_id="ch_1")
    assert (row.amount, row.ambiguous) == (200, True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_deletion_and_a_late_update_end_the_same(order):
    customer = {"id": "cus_1", "object": "customer", "email": "a@example.com"}
    both = [
        event(5, customer, "customer.updated"),
        event(6, customer, "customer.deleted"),
    ]
    for index in order:
        sync.apply(both[index])
    row = Customer.objects.get()
    assert state(row) == (at(6), "event", False, at(6))
    assert not row.is_alive
    assert not Customer.objects.alive().exists()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_stub_and_a_late_update_end_the_same(order):
    customer = {"id": "cus_1", "object": "customer", "email": "a@example.com"}
    stub = {"id": "cus_1", "object": "customer", "deleted": True}
    both = [(customer, at(5)), (stub, at(6))]
    for index in order:
        sync.apply(both[index][0], as_of=both[index][1])
    row = Customer.objects.get()
    assert state(row) == (at(5), "read", False, at(6))
    assert (row.is_alive, row.to_stripe()) == (False, customer)


def test_an_id_used_again_lives_again():
    coupon = {"id": "SUMMER", "object": "coupon", "percent_off": 10}
    sync.apply(event(5, coupon, "coupon.deleted"))
    sync.apply(event(7, {**coupon, "percent_off": 20}, "coupon.created"))
    row = Coupon.objects.alive().get()
    assert state(row) == (at(7), "event", False, at(5))


SOURCES = {"object": "list", "data": [], "has_more": False}


def customer(**more):
    return {"id": "cus_1", "object": "customer", **more}


@pytest.mark.parametrize("in_one_batch", [False, True])
def test_what_comes_on_request_is_left_alone_when_it_is_absent(in_one_batch):
    events = [
        event(5, customer(email="a@example.com", sources=SOURCES)),
        event(6, customer(email="b@example.com"), id="evt_later"),
    ]
    for payload in [events] if in_one_batch else events:
        sync.apply(payload)
    row = Customer.objects.get()
    assert (row.email, row.sources) == ("b@example.com", SOURCES)
    assert row.to_stripe() == customer(email="b@example.com")


def test_rows_with_and_without_it_in_one_batch():
    payloads = [
        customer(id=f"cus_{n}", **({"sources": SOURCES} if n % 2 else {})) for n in range(40)
    ]
    sync.apply([{**each, "sources": {"data": 1}} for each in payloads], as_of=at(1))
    assert counts(sync.apply(payloads, as_of=at(2))) == {"updated": 20, "unchanged": 20}
    for row in Customer.objects.all():
        assert row.sources == (SOURCES if int(row.stripe_id[4:]) % 2 else {"data": 1})


def test_what_is_always_sent_becomes_null_when_it_is_absent():
    sync.apply(charge(currency="eur"), as_of=at(1))
    row = sync.apply(charge(), as_of=at(2)).row
    assert (row.currency, row.to_stripe()) == (None, charge())


CARD = {"id": "card_1", "object": "card", "last4": "4242"}


def test_a_part_is_as_fresh_as_its_owner():
    sync.apply(CARD, as_of=at(1))
    owned = {**CARD, "last4": "1111"}
    sync.apply(customer(sources={"object": "list", "data": [owned]}), as_of=at(2))
    row = Card.objects.get()
    assert (row.last4, row.customer_id, state(row)) == (
        "1111",
        "cus_1",
        (at(2), "read", False, None),
    )


def test_a_copy_does_not_change_the_row():
    sync.apply(CARD, as_of=at(1))
    old = {**CARD, "last4": "1111"}
    result = sync.apply(charge(source=old), as_of=at(2))
    assert counts(result) == {"created": 1, "stale": 1}
    assert (Card.objects.get().last4, Charge.objects.get().source) == ("4242", old)


def test_a_copy_creates_the_row_that_is_missing():
    sync.apply(charge(customer=customer(email="a@example.com")), as_of=at(2))
    row = Charge.objects.get()
    assert (row.customer.email, state(row.customer)) == ("a@example.com", (None, "", False, None))


def test_what_this_read_expanded_is_as_fresh_as_the_read():
    rows = mapper.to_rows(
        charge(customer=customer()), moment=Moment(at(2), Rank.READ), expanded={"customer"}
    )
    upsert.write(rows, using="default")
    assert state(Customer.objects.get()) == (at(2), "read", False, None)


def listed(*members, **more):
    return {"object": "list", "data": list(members), "has_more": False, **more}


@pytest.mark.parametrize(
    ("payload", "model", "reference"),
    [
        (charge(refunds=listed({"id": "re_1", "object": "refund"})), Refund, "charge"),
        (charge(refunds=[{"id": "re_1", "object": "refund"}]), Refund, "charge"),
        (
            {
                "id": "tr_1",
                "object": "transfer",
                "reversals": listed({"id": "trr_1", "object": "transfer_reversal"}),
            },
            TransferReversal,
            "transfer",
        ),
        (customer(sources=listed(CARD)), Card, "customer"),
        (customer(cards=listed(CARD)), Card, "customer"),
        (
            customer(subscriptions=listed({"id": "sub_1", "object": "subscription"})),
            Subscription,
            "customer",
        ),
    ],
)
def test_members_of_a_list_become_rows_that_refer_to_their_owner(payload, model, reference):
    sync.apply(payload, as_of=at(3))
    row = model.objects.get()
    assert getattr(row, f"{reference}_id") == payload["id"]
    assert getattr(row, reference).to_stripe() == payload
    assert state(row) == (at(3), "read", False, None)


def test_a_member_gives_back_only_what_stripe_sent():
    sync.apply(charge(refunds=listed({"id": "re_1", "object": "refund"})), as_of=at(3))
    assert Refund.objects.get().to_stripe() == {"id": "re_1", "object": "refund"}


def test_a_disputes_evidence_is_a_part_with_the_disputes_id():
    sync.apply(dispute(evidence={"customer_name": "Ann"}), as_of=at(3))
    row = DisputeEvidence.objects.get()
    assert (row.stripe_id, row.api_id, row.as_of) == ("dp_1", None, at(3))
    assert row.to_stripe() == {"customer_name": "Ann"}
    assert Dispute.objects.get().evidence == row


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("last", ["Bob", None])
def test_evidence_that_a_newer_dispute_lacks_is_deleted(order, last):
    shown = [{"customer_name": "Ann"}, None, last and {"customer_name": last}]
    for number in order:
        sync.apply(dispute(evidence=shown[number]), as_of=at(number + 1))
    row = DisputeEvidence.objects.get()
    assert row.is_alive is (last is not None)
    assert Dispute.objects.get().evidence == (last and row)
    if last:
        assert row.customer_name == "Bob"


def dispute(*transactions, key="balance_transactions", **more):
    entries = [{"id": each, "object": "balance_transaction"} for each in transactions]
    return {"id": "dp_1", "object": "dispute", key: entries, **more}


def recipient(*cards, **more):
    cards = [{"id": each, "object": "card"} for each in cards]
    return {"id": "rp_1", "object": "recipient", "cards": listed(*cards, **more)}


def test_links_are_those_of_the_newest_list():
    sync.apply(dispute("txn_1", "txn_2"), as_of=at(3))
    sync.apply(dispute("txn_2", "txn_3"), as_of=at(4))
    sync.apply(dispute("txn_9"), as_of=at(2))
    row = Dispute.objects.get()
    assert ids(row.balance_transaction.all()) == ["txn_2", "txn_3"]
    assert [
        d.stripe_id for d in BalanceTransaction.objects.get(stripe_id="txn_3").disputes.all()
    ] == ["dp_1"]


def test_an_empty_list_removes_the_links():
    sync.apply(dispute("txn_1"), as_of=at(3))
    sync.apply(dispute(), as_of=at(4))
    assert not Dispute.objects.get().balance_transaction.exists()
    sync.apply(recipient("card_1"), as_of=at(3))
    sync.apply(recipient(), as_of=at(4))
    assert not Recipient.objects.get().cards.exists()


def test_a_single_transaction_of_an_old_version_is_a_link_too():
    sync.apply({"id": "dp_1", "object": "dispute", "balance_transaction": "txn_1"}, as_of=at(3))
    assert counts(sync.apply({"id": "txn_1", "object": "balance_transaction"}))["created"] == 1
    assert ids(Dispute.objects.get().balance_transaction.all()) == ["txn_1"]


def test_an_incomplete_list_only_adds_links():
    sync.apply(recipient("card_1", "card_2"), as_of=at(3))
    sync.apply(recipient("card_3", has_more=True), as_of=at(4))
    assert ids(Recipient.objects.get().cards.all()) == ["card_1", "card_2", "card_3"]
    sync.apply(recipient("card_3"), as_of=at(5))
    assert ids(Recipient.objects.get().cards.all()) == ["card_3"]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"id": "rp_1", "object": "recipient"}, ["card_1", "card_2"]),
        (recipient("card_3", has_more=True), ["card_1", "card_2", "card_3"]),
        (recipient("card_3"), ["card_3"]),
    ],
)
def test_links_of_one_batch_are_those_of_one_by_one(later, expected):
    first = recipient("card_1", "card_2")
    sync.apply([event(5, first), event(6, later, id="evt_later")])
    assert ids(Recipient.objects.get().cards.all()) == expected


def test_many_disputes_in_one_batch_keep_their_own_links():
    many = [dispute(f"txn_{n}", f"txn_{n + 1}", id=f"dp_{n}") for n in range(50)]
    sync.apply(many, as_of=at(3))
    for row in Dispute.objects.prefetch_related("balance_transaction"):
        number = int(row.stripe_id[3:])
        assert ids(row.balance_transaction.all()) == sorted([f"txn_{number}", f"txn_{number + 1}"])


def refused_value(name, value):
    """A page of rows of which one has a value that its column refuses."""
    moment = Moment(at(5), Rank.READ)

    def page(size, bad=()):
        rows = [mapper.to_rows(charge(n, f"ch_{n:03}"), moment=moment)[0] for n in range(size)]
        index = [column.attname for column in schema_for(Charge).columns].index(name)
        for number in bad:
            values = rows[number].values
            rows[number] = rows[number].with_values([*values[:index], value, *values[index + 1 :]])
        return rows

    return page


@pytest.mark.parametrize(
    "page",
    [
        refused_value("amount_refunded", -1),
        refused_value("metadata", "{no json"),
        refused_value("amount", 2**70),
        refused_value("description", "half a pair: \ud83d"),
    ],
    ids=["a check", "no JSON", "too large", "no text"],
)
@pytest.mark.parametrize("size", [BIG_PAGE, SMALL_PAGE])
@pytest.mark.parametrize("bad", [{3}, {0, 4}])
def test_the_neighbours_of_a_refused_row_land(page, size, bad):
    report = upsert.write(page(size, bad), using="default")
    assert ids(Charge.objects.all()) == [f"ch_{n:03}" for n in range(size) if n not in bad]
    assert {(each.object_name, each.stripe_id) for each in report.failures} == {
        ("charge", f"ch_{n:03}") for n in bad
    }
    assert report.by_object() == {"charge": {"created": size - len(bad), "failed": len(bad)}}
    assert all(each.error for each in report.failures)


def test_a_refused_update_leaves_the_row_as_it_was():
    page = refused_value("amount_refunded", -1)
    sync.apply(charge(999, "ch_003"), as_of=at(1))
    upsert.write(page(BIG_PAGE, {3}), using="default")
    row = Charge.objects.get(stripe_id="ch_003")
    assert (row.amount, row.as_of) == (999, at(1))


def test_a_refused_row_of_one_table_leaves_the_others():
    page = refused_value("amount_refunded", -1)(SMALL_PAGE, {3})
    others = mapper.to_rows(customer(), moment=Moment(at(5), Rank.READ))
    report = upsert.write([*page, *others], using="default")
    assert report.by_object() == {"charge": {"created": 4, "failed": 1}, "customer": {"created": 1}}


def test_a_refused_row_inside_a_transaction_of_the_caller():
    with transaction.atomic():
        upsert.write(refused_value("amount_refunded", -1)(SMALL_PAGE, {3}), using="default")
        assert Charge.objects.count() == SMALL_PAGE - 1
    assert Charge.objects.count() == SMALL_PAGE - 1


ALIKE = ["gold", "Gold", "GOLD", "göld", "go\u0308ld", "gold ", " gold", "gold\u00a0", "ｇold"]


def subscription(stripe_id, plan, **more):
    return {"id": stripe_id, "object": "subscription", "plan": plan, **more}


def test_ids_that_look_alike_are_different_rows():
    plans = [{"id": each, "object": "plan", "name": each} for each in ALIKE]
    assert counts(sync.apply(plans, as_of=at(1))) == {"created": len(ALIKE)}
    assert counts(sync.apply(plans, as_of=at(2))) == {"unchanged": len(ALIKE)}
    sync.apply([subscription(f"sub_{n}", each) for n, each in enumerate(ALIKE)], as_of=at(1))
    for number, each in enumerate(ALIKE):
        assert Plan.objects.get(stripe_id=each).name == each
        row = Subscription.objects.get(plan=each)
        assert (row.stripe_id, row.plan.name) == (f"sub_{number}", each)
    joined = Subscription.objects.select_related("plan").order_by("pk")
    assert [row.plan.name for row in joined] == ALIKE
    assert [plan.subscriptions.count() for plan in Plan.objects.all()] == [1] * len(ALIKE)
    assert Subscription.objects.filter(plan__name__isnull=False).count() == len(ALIKE)


def test_links_whose_ids_look_alike_are_different():
    sync.apply(recipient("card_a", "card_A", "card_a "), as_of=at(3))
    assert ids(Recipient.objects.get().cards.all()) == ["card_A", "card_a", "card_a "]
    sync.apply(recipient("card_A"), as_of=at(4))
    assert ids(Recipient.objects.get().cards.all()) == ["card_A"]


PLACES = [("", False), ("", True), ("acct_1A", False), ("acct_1A", True), ("acct_1B", False)]


def in_place(payload, place, second=1):
    account, livemode = place
    return sync.apply({**payload, "livemode": livemode}, as_of=at(second), account=account).row


def test_the_same_chosen_id_in_other_accounts_and_modes(both_modes):
    for number, place in enumerate(PLACES):
        in_place({"id": "gold", "object": "plan", "amount": number}, place)
        in_place({"id": "gold", "object": "customer", "description": f"{number}"}, place)
        in_place({"id": "gold", "object": "coupon", "times_redeemed": number}, place)
        in_place(subscription(f"sub_{number}", "gold", customer="gold"), place)
        discount = {"object": "discount", "subscription": f"sub_{number}", "coupon": "gold"}
        in_place(discount, place)
    for model in (Plan, Customer, Coupon):
        rows = list(model.objects.order_by("pk"))
        assert [
            (row.stripe_account, row.livemode) for row in rows[-5:]
        ] == PLACES or model is Coupon
        assert [row.api_id for row in rows] == ["gold"] * 5
        assert len(ids(rows)) == len(set(ids(rows))) == 5
    for number in range(5):
        row = Subscription.objects.get(stripe_id=f"sub_{number}")
        assert (row.plan.amount, row.customer.description) == (number, f"{number}")
        assert row.to_stripe()["plan"] == "gold"
        assert Discount.objects.get(stripe_id=f"sub_{number}").coupon.times_redeemed == number


def test_the_chosen_id_of_home_stays_bare(both_modes):
    assert in_place({"id": "gold", "object": "plan"}, PLACES[0]).stripe_id == "gold"
    assert in_place({"id": "gold", "object": "plan"}, PLACES[1]).stripe_id == ":live:gold"
    assert in_place({"id": "gold", "object": "plan"}, PLACES[2]).stripe_id == "acct_1A:test:gold"


def test_an_id_that_looks_qualified_is_none_of_another_account(both_modes):
    theirs = in_place({"id": "gold", "object": "plan"}, ("acct_1A", True))
    ours = in_place({"id": "acct_1A:live:gold", "object": "plan"}, ("", False))
    assert theirs.stripe_id != ours.stripe_id
    assert (theirs.api_id, ours.api_id) == ("gold", "acct_1A:live:gold")


def test_an_event_says_in_whose_account_it_happened():
    sync.apply(event(5, {"id": "gold", "object": "plan", "amount": 1}, account="acct_1A"))
    row = Plan.objects.get()
    assert (row.stripe_id, row.stripe_account) == ("acct_1A:test:gold", "acct_1A")
    assert Event.objects.get().stripe_account == "acct_1A"


@pytest.mark.parametrize("place", PLACES)
def test_very_long_chosen_ids(place, both_modes):
    long_ids = ["x" * 254 + "1", "x" * 254 + "2", "é" * 255]
    for number, each in enumerate(long_ids):
        in_place({"id": each, "object": "plan", "amount": number}, place)
        in_place(subscription(f"sub_{number}", each), place)
        row = Subscription.objects.get(stripe_id=f"sub_{number}")
        assert (row.plan.amount, row.plan.api_id) == (number, each)
        assert row.to_stripe()["plan"] == each
    assert Plan.objects.count() == len(long_ids)


@pytest.fixture
def few_parameters(db):
    """A low limit of parameters of a query, where the connection has one that can be set."""
    if connection.vendor != "sqlite":
        yield
        return
    sqlite_limit_variable_number = 9
    before = connection.connection.setlimit(sqlite_limit_variable_number, 600)
    yield
    connection.connection.setlimit(sqlite_limit_variable_number, before)


def test_the_rows_of_many_objects_are_read_in_parts(few_parameters):
    result = sync.apply([charge(n, f"ch_{n}") for n in range(1200)], as_of=at(1))
    assert [row.amount for row in result.rows] == list(range(1200))


@pytest.fixture
def padding_ids():
    """A collation that pads, which somebody may have given to the table."""
    column = Plan._meta.get_field("stripe_id")
    change = "ALTER TABLE {} MODIFY stripe_id varchar(255) {} NOT NULL"
    table = connection.ops.quote_name(Plan._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(change.format(table, "COLLATE utf8mb4_bin"))
        yield
        Plan.objects.all()._raw_delete("default")
        _, _, kind = column.db_type(connection).partition(")")
        cursor.execute(change.format(table, kind))


@pytest.mark.skipif("connection.vendor != 'mysql'", reason="of MariaDB")
@pytest.mark.django_db(transaction=True)
def test_ids_that_the_database_takes_for_one(padding_ids):
    plans = [{"id": each, "object": "plan"} for each in ("gold", "gold ", "silver")]
    result = sync.apply(plans, as_of=at(1))
    assert [each.stripe_id for each in result.failures] == ["gold "]
    assert ids(Plan.objects.all()) == ["gold", "silver"]
