"""What is inside an object: kinds, members of lists, objects of several kinds, secrets apart."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from stripe_django import sync
from stripe_django.models import (
    Capability,
    Card,
    CheckoutSession,
    Customer,
    Invoice,
    InvoiceLineItem,
    LineItem,
    PaymentMethod,
    Payout,
    Price,
    Subscription,
    SubscriptionItem,
    TerminalReader,
    V2CoreAccount,
)
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.writer import upsert

pytestmark = pytest.mark.django_db

T1 = datetime(2026, 1, 1, tzinfo=UTC)
T2, T0 = T1 + timedelta(hours=1), T1 - timedelta(hours=1)


def obj(name, stripe_id, **values):
    return {"id": stripe_id, "object": name, **values}


def page(*members, has_more=False):
    return {"object": "list", "data": list(members), "has_more": has_more, "url": "/v1/x"}


def alive(model):
    return sorted(model.objects.alive().values_list("stripe_id", flat=True))


def ambiguous(model):
    return sorted(model.objects.filter(ambiguous=True).values_list("stripe_id", flat=True))


class TestKinds:
    PAYMENT_METHOD = obj(
        "payment_method",
        "pm_1",
        type="card",
        billing_details={"name": "Ann"},
        card={"brand": "visa", "last4": "4242"},
        radar_options={},
    )

    def test_the_hash_of_a_kind_is_in_one_column(self):
        row = sync.apply(self.PAYMENT_METHOD).row
        assert row.details == {"card": {"brand": "visa", "last4": "4242"}}
        assert row.to_stripe() == self.PAYMENT_METHOD
        assert PaymentMethod.objects.get(details__card__brand="visa") == row

    def test_a_kind_that_nobody_knows_yet(self):
        payload = obj("payment_method", "pm_1", type="barter", barter={"goods": ["salt"]})
        row = sync.apply(payload).row
        assert (row.details, row.to_stripe()) == ({"barter": {"goods": ["salt"]}}, payload)

    def test_none_of_them(self):
        payload = obj("payment_method", "pm_1", type="card", card=None)
        row = sync.apply(payload).row
        assert (row.details, row.to_stripe()) == (None, payload)

    @pytest.mark.parametrize("value", ["\0", float("nan"), "\ud800"])
    def test_what_a_database_refuses_is_kept_apart(self, value):
        payload = obj("payment_method", "pm_1", type="card", card={"odd": [value]})
        row = sync.apply(payload).row
        assert row.details is None
        assert str(row.to_stripe()).lower() == str(payload).lower()


class TestMembers:
    def apply(self, *items, at=T1, **values):
        items = page(*(obj("subscription_item", each) for each in items), **values)
        sync.apply(obj("subscription", "sub_1", items=items), as_of=at)

    def test_a_member_refers_to_its_owner(self):
        self.apply("si_1", "si_2")
        items = Subscription.objects.get().items.order_by("stripe_id")
        assert [each.stripe_id for each in items] == ["si_1", "si_2"]

    def test_a_newer_list_without_it_deletes_it(self):
        self.apply("si_1", "si_2")
        self.apply("si_2", "si_3", at=T2)
        assert alive(SubscriptionItem) == ["si_2", "si_3"]
        assert SubscriptionItem.objects.get(stripe_id="si_1").deleted_at == T2

    def test_in_either_order(self):
        self.apply("si_2", "si_3", at=T2)
        self.apply("si_1", "si_2", at=T1)
        self.apply("si_2", "si_3", at=T2 + timedelta(hours=1))
        assert alive(SubscriptionItem) == ["si_2", "si_3"]

    SECOND = timedelta(seconds=1)

    def snapshot(self, status, *items, at, start=None, clock="clock"):
        """Apply a snapshot of a second, or a read that began at ``start`` by some clock."""
        listed = page(*(obj("subscription_item", each, subscription="sub_1") for each in items))
        payload = obj("subscription", "sub_1", status=status, items=listed)
        rank = Rank.READ if start else Rank.EVENT
        moment = Moment(at, rank, start=start, source=clock if start else "")
        home = HomeAccount(livemode=False)
        rows = mapper.to_rows(payload, moment=moment, account="", livemode=False, home=home)
        assert not upsert.write(rows, using="default").failures

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_nothing_comes_after_the_list_of_a_final_state(self, order):
        """A slow read of before ends later than the cancellation that it overlaps."""
        steps = [
            lambda: self.snapshot(
                "active", "si_1", "si_2", at=T1 + 3 * self.SECOND, start=T1 - self.SECOND
            ),
            lambda: self.snapshot("active", "si_1", at=T1),
            lambda: self.snapshot("canceled", "si_1", at=T1 + self.SECOND),
        ]
        for number in order:
            steps[number]()
        assert Subscription.objects.get().status == "canceled"
        assert alive(SubscriptionItem) == ["si_1"]

    def test_a_slow_read_of_a_final_state(self):
        self.snapshot("active", "si_1", "si_2", at=T1)
        start = T1 - self.SECOND / 2
        self.snapshot("canceled", "si_1", at=T1 + 2 * self.SECOND, start=start)
        assert alive(SubscriptionItem) == ["si_1"]

    def test_a_conflict_about_a_member_ends_with_the_list_of_a_final_state(self):
        """Reads of two processes share a second; one more read confirms the later one."""
        tenth = self.SECOND / 10
        self.snapshot("canceled", "si_1", at=T1 + 2 * tenth, start=T1 + tenth, clock="one")
        self.snapshot("canceled", "si_2", at=T1 + 9 * tenth, start=T1 + 5 * tenth, clock="two")
        assert ambiguous(SubscriptionItem) == ["si_1", "si_2"]
        self.snapshot("canceled", "si_2", at=T2, start=T2 - tenth, clock="two")
        assert (alive(SubscriptionItem), ambiguous(SubscriptionItem)) == (["si_2"], [])

    def test_an_incomplete_list_deletes_nothing(self):
        self.apply("si_1", "si_2")
        self.apply("si_2", at=T2, has_more=True)
        assert alive(SubscriptionItem) == ["si_1", "si_2"]

    def test_a_member_that_was_seen_since_stays(self):
        sync.apply(obj("subscription_item", "si_1", subscription="sub_1"), as_of=T2)
        self.apply(at=T1)
        assert alive(SubscriptionItem) == ["si_1"]

    def test_another_owners_members_stay(self):
        sync.apply(obj("subscription_item", "si_9", subscription="sub_9"), as_of=T0)
        self.apply("si_1")
        assert alive(SubscriptionItem) == ["si_1", "si_9"]

    def test_a_list_that_leaves_some_out_by_design_deletes_nothing(self):
        sync.apply(obj("subscription", "sub_1", customer="cus_1"), as_of=T0)
        sync.apply(obj("customer", "cus_1", subscriptions=page()), as_of=T1)
        assert alive(Subscription) == ["sub_1"]

    @pytest.mark.parametrize("lists", [(["si_1"], []), ([], ["si_1"])])
    def test_a_member_is_ambiguous_with_its_owner(self, lists):
        sync.apply(obj("subscription_item", "si_0", subscription="sub_1"), as_of=T0)
        for items in lists:
            self.apply(*items)
        assert ambiguous(SubscriptionItem) == ["si_1"]
        self.apply("si_1", at=T2)
        assert ambiguous(SubscriptionItem) == []

    def test_ambiguity_ends_with_a_member_that_is_gone(self):
        sync.apply(obj("subscription_item", "si_1", subscription="sub_1"), as_of=T1)
        self.apply("si_1")
        self.apply()
        assert ambiguous(SubscriptionItem) == ["si_1"]
        self.apply(at=T2)
        assert (alive(SubscriptionItem), ambiguous(SubscriptionItem)) == ([], [])

    def test_what_was_gone_before_is_not_ambiguous(self):
        sync.apply(obj("subscription_item", "si_1", subscription="sub_1"), as_of=T1)
        item = {"id": "si_1", "object": "subscription_item", "deleted": True}
        sync.apply(item, as_of=T2)
        self.apply("si_1")
        self.apply()
        assert (alive(SubscriptionItem), ambiguous(SubscriptionItem)) == ([], [])

    def test_a_card_leaves_its_customer(self):
        sync.apply(obj("customer", "cus_1", sources=page(obj("card", "card_1"))), as_of=T1)
        sync.apply(obj("customer", "cus_1", sources=page()), as_of=T2)
        assert alive(Card) == []


class TestReferencesThatOnlyTheParentHas:
    SESSION = obj("checkout.session", "cs_1", line_items=page(obj("item", "li_1", quantity=2)))

    def test_they_are_filled_from_the_parent(self):
        sync.apply(self.SESSION, as_of=T1)
        row = LineItem.objects.get()
        assert (row.checkout_session_id, row.quote_id, row.payment_link_id) == ("cs_1", None, None)
        assert row.to_stripe() == obj("item", "li_1", quantity=2)
        assert list(CheckoutSession.objects.get().line_items.all()) == [row]

    def test_they_stay_when_the_object_comes_alone(self):
        sync.apply(self.SESSION, as_of=T1)
        sync.apply(obj("item", "li_1", quantity=3), as_of=T2)
        row = LineItem.objects.get()
        assert (row.checkout_session_id, row.quantity) == ("cs_1", 3)


class TestIdsWithinAnOwner:
    @pytest.mark.parametrize("line_id", ["sub_1", "ii_1", "su_1"])
    def test_a_line_is_known_by_its_invoice_too(self, line_id):
        lines = page(obj("line_item", line_id))
        for invoice in ("in_1", "in_2"):
            sync.apply(obj("invoice", invoice, lines=lines), as_of=T1)
        assert alive(InvoiceLineItem) == [f"in_1:{line_id}", f"in_2:{line_id}"]
        row = InvoiceLineItem.objects.first()
        assert (row.invoice_id, row.api_id) == ("in_1", line_id)

    def test_but_not_if_its_own_id_is_unique(self):
        sync.apply(obj("invoice", "in_1", lines=page(obj("line_item", "il_1"))), as_of=T1)
        assert alive(InvoiceLineItem) == ["il_1"]
        assert Invoice.objects.get().line_items.get().stripe_id == "il_1"

    def test_a_capability_is_one_of_its_account(self):
        sync.apply([obj("capability", "card_payments", account=f"acct_{each}") for each in "ab"])
        assert alive(Capability) == ["acct_a:card_payments", "acct_b:card_payments"]


class TestAnObjectOfSeveralKinds:
    def test_in_full_it_gets_a_row_and_the_column_its_id(self):
        payload = obj("payout", "po_1", destination=obj("card", "card_1", last4="4242"))
        row = sync.apply(payload).row
        assert (row.destination, Card.objects.get().last4) == ("card_1", "4242")
        assert row.to_stripe() == payload

    def test_by_its_id(self):
        row = sync.apply(obj("payout", "po_1", destination="ba_1")).row
        assert (row.destination, row.to_stripe()["destination"]) == ("ba_1", "ba_1")
        assert Payout.objects.get(destination="ba_1") == row


class TestUnits:
    @pytest.mark.parametrize(
        ("model", "values", "column", "value"),
        [
            (
                TerminalReader,
                {"last_seen_at": 1_681_320_543_815},
                "last_seen_at",
                datetime(2023, 4, 12, 17, 29, 3, 815_000, tzinfo=UTC),
            ),
            (
                V2CoreAccount,
                {"created": "2026-01-31T12:00:00.250Z"},
                "created",
                datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC),
            ),
            (
                Price,
                {"unit_amount_decimal": "0.000381"},
                "unit_amount_decimal",
                Decimal("0.000381"),
            ),
        ],
    )
    def test_a_value_in_its_own_unit(self, model, values, column, value):
        payload = obj(model.stripe.object_name, "x_1", **values)
        row = sync.apply(payload).row
        assert (getattr(row, column), row.to_stripe()) == (value, payload)
        assert column not in row.extra

    @pytest.mark.parametrize("text", ["1.50", "1e3", " 1", "1,5", "", "NaN", "٣", "0" * 40])
    def test_a_string_that_is_written_otherwise_is_kept(self, text):
        payload = obj("price", "price_1", unit_amount_decimal=text)
        assert sync.apply(payload).row.to_stripe() == payload


def test_what_comes_on_request_stays_without_being_asked_for():
    sync.apply(obj("customer", "cus_1", tax={"ip_address": "10.0.0.1"}), as_of=T1)
    sync.apply(obj("customer", "cus_1", balance=1), as_of=T2)
    row = Customer.objects.get()
    assert (row.tax, row.balance) == ({"ip_address": "10.0.0.1"}, 1)
