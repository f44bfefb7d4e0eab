"""What holds in every business that lived for a while, whatever its seed."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from hashlib import sha256

import pytest

from stripe_django.sdk import events
from stripe_django.testing import Business, FakeStripe
from tests.everything import Everything

SEEDS = (1, 2, 3)
CURRENCIES = {"eur", "usd", "jpy"}
SHOWN_AS_THEY_ARE = {"dispute": "balance_transactions"}  # without an event when they change


@cache
def lived(seed):
    """Everything of a business after eight months with seventy customers."""
    shop = Business(FakeStripe(), seed=seed)
    shop.live(months=8, customers=70)
    return Everything(shop.stripe)


@pytest.fixture(params=SEEDS)
def world(request):
    return lived(request.param)


# Sums


def test_invoices_add_up(world):
    for invoice in world["invoice"]:
        lines = invoice["lines"]["data"]
        off = sum(each["amount"] for line in lines for each in line["discount_amounts"])
        tax = sum(each["amount"] for line in lines for each in line["taxes"])
        subtotal = sum(line["amount"] for line in lines)
        assert invoice["subtotal"] == subtotal
        assert invoice["total_excluding_tax"] == subtotal - off
        assert invoice["total"] == subtotal - off + tax
        assert sum(each["amount"] for each in invoice["total_discount_amounts"]) == off
        assert sum(each["amount"] for each in invoice["total_taxes"]) == tax
        credited = invoice["pre_payment_credit_notes_amount"]
        due = max(invoice["total"] + invoice["starting_balance"], 0)
        assert invoice["amount_due"] == due - credited
        assert invoice["amount_remaining"] == invoice["amount_due"] - invoice["amount_paid"]
        assert not lines or {line["currency"] for line in lines} == {invoice["currency"]}


def test_taxes_and_discounts_are_the_stated_part_of_a_line(world):
    for line in world["line_item"]:
        off = 0
        for each in line["discount_amounts"]:
            coupon = world.get("coupon", coupon_of(world, each["discount"]))
            if coupon["percent_off"]:
                assert each["amount"] * 100 == pytest.approx(
                    line["amount"] * coupon["percent_off"], abs=50
                )
            off += each["amount"]
        for each in line["taxes"]:
            rate = world.get("tax_rate", each["tax_rate_details"]["tax_rate"])["percentage"]
            assert each["taxable_amount"] == line["amount"] - off
            assert each["amount"] * 100 == pytest.approx(each["taxable_amount"] * rate, abs=50)


def coupon_of(world, discount):
    return world.get("discount", discount)["source"]["coupon"]


def test_what_an_invoice_took_is_what_was_charged(world):
    for payment in world["invoice_payment"]:
        invoice = world.get("invoice", payment["invoice"])
        intent = world.get("payment_intent", payment["payment"]["payment_intent"])
        assert intent["customer"] == invoice["customer"]
        assert intent["currency"] == invoice["currency"] == payment["currency"]
        if payment["status"] == "paid":
            assert payment["amount_paid"] == invoice["amount_paid"] == intent["amount_received"]
        else:
            assert invoice["amount_paid"] == 0
            assert intent["status"] != "succeeded"


def test_charges_are_those_of_their_intents(world):
    by_intent = defaultdict(list)
    for charge in world["charge"]:
        intent = world.get("payment_intent", charge["payment_intent"])
        by_intent[intent["id"]].append(charge)
        assert (charge["amount"], charge["currency"]) == (intent["amount"], intent["currency"])
        assert charge["paid"] is (charge["status"] == "succeeded") is charge["captured"]
    for intent in world["payment_intent"]:
        charges = by_intent[intent["id"]]
        taken = [each for each in charges if each["paid"]]
        assert [each["id"] for each in charges][-1:] == [intent["latest_charge"]][: len(charges)]
        assert len(taken) == (intent["status"] == "succeeded")
        assert intent["amount_received"] == sum(each["amount"] for each in taken)


def test_every_movement_of_money_has_its_balance_transaction(world):
    moved = {
        **{("charge", each["id"]): each["amount"] for each in world["charge"] if each["paid"]},
        **{("refund", each["id"]): -each["amount"] for each in world["refund"]},
        **{("payout", each["id"]): -each["amount"] for each in world["payout"]},
    }
    booked = {
        (each["type"], each["source"]): each["amount"]
        for each in world["balance_transaction"]
        if each["type"] != "adjustment"
    }
    assert booked == moved
    for name in ("charge", "refund", "payout"):
        for each in world[name]:
            if each["balance_transaction"]:
                entry = world.get("balance_transaction", each["balance_transaction"])
                assert (entry["source"], entry["currency"]) == (each["id"], each["currency"])
    for entry in world["balance_transaction"]:
        assert entry["net"] == entry["amount"] - entry["fee"]
        assert entry["fee"] == sum(each["amount"] for each in entry["fee_details"])


def test_refunds_are_on_their_charges(world):
    refunded = Counter()
    for refund in world["refund"]:
        refunded[refund["charge"]] += refund["amount"]
    for charge in world["charge"]:
        assert charge["amount_refunded"] == refunded[charge["id"]]
        assert charge["refunded"] is (charge["paid"] and refunded[charge["id"]] == charge["amount"])


def test_disputes_withdraw_and_reinstate(world):
    for dispute in world["dispute"]:
        entries = dispute["balance_transactions"]
        for entry in entries:
            assert entry == world.get("balance_transaction", entry["id"])
        amounts = [-dispute["amount"], *[dispute["amount"]] * (dispute["status"] == "won")]
        assert [entry["amount"] for entry in entries] == amounts
        assert entries[0]["fee"] > 0
        assert world.get("charge", dispute["charge"])["disputed"]


def test_credit_notes_are_on_their_invoices(world):
    after, before = Counter(), Counter()
    for note in world["credit_note"]:
        after[note["invoice"]] += note["post_payment_amount"]
        before[note["invoice"]] += note["pre_payment_amount"]
        lines = note["lines"]["data"]
        taxes = sum(each["amount"] for line in lines for each in line["taxes"])
        assert note["amount"] == sum(line["amount"] for line in lines) + taxes
        refunds = [world.get("refund", each["refund"]) for each in note["refunds"]]
        assert sum(each["amount"] for each in refunds) == note["post_payment_amount"]
    for invoice in world["invoice"]:
        assert invoice["post_payment_credit_notes_amount"] == after[invoice["id"]]
        assert invoice["pre_payment_credit_notes_amount"] == before[invoice["id"]]


def test_payouts_are_the_sum_of_what_they_pay_out(world):
    paid_out, own = Counter(), Counter()
    for entry in world["balance_transaction"]:
        payout = world.within[entry["id"]]
        if entry["type"] == "payout":
            own[payout] += entry["amount"]
        elif payout:
            paid_out[payout] += entry["net"]
    amounts = {each["id"]: each["amount"] for each in world["payout"]}
    assert amounts == paid_out == {payout: -amount for payout, amount in own.items()}


def test_the_balance_is_the_sum_of_its_transactions(world):
    sums = {"available": dict.fromkeys(CURRENCIES, 0), "pending": dict.fromkeys(CURRENCIES, 0)}
    for entry in world["balance_transaction"]:
        sums[entry["status"]][entry["currency"]] += entry["net"]
    [balance] = world["balance"]
    found = {key: {each["currency"]: each["amount"] for each in balance[key]} for key in sums}
    assert found == sums


def test_a_customer_has_the_balance_of_the_last_transaction(world):
    latest = {each["customer"]: each["ending_balance"] for each in world[BALANCE]}
    for customer in world["customer"]:
        assert customer["balance"] == latest.get(customer["id"], 0)
    for entry in world[BALANCE]:
        invoice = world.get("invoice", entry["invoice"])
        before = entry["ending_balance"] - entry["amount"]
        ends = invoice["starting_balance"], invoice["ending_balance"]
        assert ends == (before, entry["ending_balance"])


BALANCE = "customer_balance_transaction"


# References and statuses


def test_ids_refer_to_what_is_there(world):
    assert world.dangling() == []


def test_a_subscription_is_as_its_invoices_say(world):
    for subscription in world["subscription"]:
        invoice = world.get("invoice", subscription["latest_invoice"])
        details = invoice["parent"]["subscription_details"]
        assert details["subscription"] == subscription["id"]
        [item] = subscription["items"]["data"]
        assert item["price"]["currency"] == subscription["currency"] == invoice["currency"]
        assert item["plan"] == world.get("plan", item["price"]["id"])
        statuses = {
            "trialing": {"paid"},
            "active": {"paid", "draft", "open"},
            "past_due": {"open", "draft", "paid"},
            "unpaid": {"open", "draft"},
            "incomplete": {"open"},
            "incomplete_expired": {"void"},
            "canceled": {"paid", "open", "uncollectible", "draft"},
        }
        assert invoice["status"] in statuses[subscription["status"]]
        has_ended = subscription["status"] in ("canceled", "incomplete_expired")
        assert has_ended is (subscription["ended_at"] is not None)
        if not has_ended and subscription["status"] != "incomplete":
            assert item["current_period_end"] > now(world)


def now(world):
    return world.events[-1]["created"]


def test_periods_follow_each_other(world):
    periods = defaultdict(list)
    for line in world["line_item"]:
        details = (line["parent"]["subscription_item_details"] or {}) if is_period(line) else {}
        if details:
            period = line["period"]["start"], line["period"]["end"]
            periods[details["subscription_item"]].append(period)
    assert sum(len(each) > 2 for each in periods.values()) > 5
    for each in periods.values():
        for (_, end), (start, _) in zip(sorted(each), sorted(each)[1:], strict=False):
            assert start <= end  # earlier if a change has begun a new one


def is_period(line):
    is_of_subscription = line["parent"]["type"] == "subscription_item_details"
    return is_of_subscription and not line["parent"]["subscription_item_details"]["proration"]


def test_everything_happens():
    """In these businesses together, at some time."""
    found = defaultdict(set)
    for event in (event for seed in SEEDS for event in lived(seed).events):
        shown = event["data"]["object"]
        found[shown["object"]].add(shown.get("status"))
        found["reason"].add(shown.get("billing_reason"))
    assert found["subscription"] >= {"incomplete", "incomplete_expired", "trialing", "active"}
    assert found["subscription"] >= {"past_due", "canceled"}
    assert found["invoice"] == {"draft", "open", "paid", "void", "uncollectible"}
    assert found["dispute"] == {"needs_response", "under_review", "won", "lost"}
    assert found["payout"] == {"in_transit", "paid"}
    assert found["checkout.session"] == {"complete", "expired"}
    assert found["charge"] == {"succeeded", "failed"}
    assert found["reason"] >= {"subscription_create", "subscription_cycle", "manual"}
    assert "subscription_update" in found["reason"]
    assert {"refund", "credit_note", "discount", "promotion_code"} <= found.keys()
    for currency in CURRENCIES:
        assert any(each["currency"] == currency for each in lived(SEEDS[0])["charge"])


def test_zero_decimal_currencies_are_whole(world):
    yen = [each["unit_amount"] for each in world["price"] if each["currency"] == "jpy"]
    assert min(yen) == 1_500


# Events


def test_events_are_of_types_that_stripe_has(world):
    assert {each["type"] for each in world.events} <= set(events.event_types())
    moments = [each["created"] for each in world.events]
    assert moments == sorted(moments)


def test_each_event_goes_on_from_the_one_before(world):
    """What an event says was otherwise before is what the event before it showed."""
    latest = {}
    for event in world.events:
        now = event["data"]["object"]
        if now["object"] == "balance":  # which changes with every movement of money
            continue
        key = now["object"], now["id"]
        before = undone(now, event["data"].get("previous_attributes", {}))
        if key in latest:
            assert without(before) == without(latest[key])
        latest[key] = now
    for (name, id), last in latest.items():
        if name != "invoiceitem":  # no event says that it is on an invoice
            assert without(last) == without(world.get(name, id))


def undone(after, changes):
    found = dict(after)
    for key, value in changes.items():
        is_part = isinstance(value, dict) and isinstance(after.get(key), dict)
        found[key] = undone(after[key], value) if is_part else value
    return found


def without(payload):
    """A payload without what changes silently."""
    silent = SHOWN_AS_THEY_ARE.get(payload["object"])
    return {key: value for key, value in payload.items() if key != silent}


ORDER = {
    "invoice": "created finalized updated paid payment_succeeded",
    "payment_intent": "created succeeded",
    "customer": "created updated",
    "charge": "succeeded refunded",
}


def test_the_events_of_an_object_come_in_stripes_order(world):
    firsts = defaultdict(dict)
    for number, event in enumerate(world.events):
        first = firsts[event["data"]["object"].get("id")]
        first.setdefault(event["type"].rpartition(".")[2], number)
    for name, order in ORDER.items():
        for each in world[name]:
            known = firsts[each["id"]]
            numbers = [known[verb] for verb in order.split() if verb in known]
            assert numbers == sorted(numbers) or each["attempt_count"] > 0


def test_the_events_of_a_first_payment():
    shop = Business(FakeStripe(), seed=1)
    shop.stripe.webhooks()
    shop.subscribe(shop.customer(), "solo-monthly")
    assert [each.event["type"] for each in shop.stripe.webhooks()] == [
        "customer.created",
        "payment_method.attached",
        "customer.updated",
        "customer.subscription.created",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
    ]


# The same again

PROGRAM = """
from tests.testing.test_business_life import fingerprint
print(fingerprint(4))
"""


def fingerprint(seed):
    shop = Business(FakeStripe(), seed=seed)
    shop.live(months=3, customers=15)
    return sha256(repr(Everything(shop.stripe).events).encode()).hexdigest()


def test_the_same_seed_gives_the_same_business_in_another_process():
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    program = f"import django; django.setup(){PROGRAM}"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint(4)
    assert fingerprint(4) != fingerprint(5)
