"""What ``Business`` does when it is told to, step by step."""

from datetime import UTC, datetime

import pytest

from stripe_django.testing import Business, FakeStripe

DAY = 24 * 60 * 60


@pytest.fixture
def shop():
    return Business(FakeStripe(), seed=7)


@pytest.fixture
def payer(shop):
    return shop.customer(email="payer@example.com")


def kinds(shop):
    """The types of the events since the last call."""
    return [each.event["type"] for each in shop.stripe.webhooks()]


def invoice_of(shop, subscription):
    return shop.stripe.get(shop.stripe.get(subscription["id"])["latest_invoice"])


def charge_of(shop, invoice):
    _, intent = shop.collection.payment_of[invoice["id"]]
    return shop.stripe.get(shop.stripe.get(intent)["latest_charge"])


# Subscriptions


def test_a_subscription_is_paid_and_renewed(shop, payer):
    subscription = shop.subscribe(payer, "team-monthly", quantity=3)
    assert (payer["email"], subscription["status"]) == ("payer@example.com", "active")
    invoice = invoice_of(shop, subscription)
    assert (invoice["subtotal"], invoice["total"]) == (8_700, 10_353)  # with 19 percent
    assert charge_of(shop, invoice)["amount"] == 10_353
    [item] = subscription["items"]["data"]
    ends = datetime.fromtimestamp(item["current_period_end"], UTC)
    assert ends.replace(microsecond=0) == datetime(2025, 2, 1, 0, 0, ends.second, tzinfo=UTC)
    shop.until(ends)
    assert invoice_of(shop, subscription)["status"] == "draft"
    shop.advance(hours=2)
    renewed = invoice_of(shop, subscription)
    assert (renewed["billing_reason"], renewed["status"]) == ("subscription_cycle", "paid")


def test_a_month_ends_on_the_day_that_it_began_on(payer):
    shop = Business(FakeStripe(), start=datetime(2025, 1, 31, tzinfo=UTC))
    subscription = shop.subscribe(shop.customer(), "solo-monthly")
    ends = []
    for _ in range(3):
        [item] = shop.stripe.get(subscription["id"])["items"]["data"]
        ends.append(datetime.fromtimestamp(item["current_period_end"], UTC))
        shop.until(ends[-1])
    assert [f"{each:%m-%d}" for each in ends] == ["02-28", "03-31", "04-30"]


def test_a_trial_costs_nothing_until_it_ends(shop, payer):
    subscription = shop.subscribe(payer, "team-monthly", quantity=3, trial_days=14)
    assert (subscription["status"], invoice_of(shop, subscription)["total"]) == ("trialing", 0)
    kinds(shop)
    shop.advance(days=13)
    assert "customer.subscription.trial_will_end" in kinds(shop)
    shop.advance(days=2)
    assert shop.stripe.get(subscription["id"])["status"] == "active"
    assert invoice_of(shop, subscription)["amount_paid"] == 10_353


def test_a_trial_without_a_card_ends_the_subscription(shop):
    customer = shop.customer(has_card=False)
    subscription = shop.subscribe(customer, "solo-monthly", trial_days=3)
    shop.advance(days=4)
    assert shop.stripe.get(subscription["id"])["status"] == "canceled"


@pytest.mark.parametrize(
    ("offer", "totals"),
    [
        ({"coupon": "WELCOME25"}, [675, 900, 900, 900]),
        ({"promotion_code": "SPRING15"}, [765, 765, 765, 900]),
        ({"coupon": "NONPROFIT50"}, [450, 450, 450, 450]),
        ({"coupon": "FIVER"}, [400, 900, 900, 900]),
    ],
)
def test_discounts_last_as_long_as_their_coupon_says(shop, payer, offer, totals):
    subscription = shop.subscribe(payer, "solo-monthly", **offer)
    found = []
    for _ in totals:
        found.append(invoice_of(shop, subscription)["total_excluding_tax"])
        shop.advance(days=31)
    assert found == totals
    coupon = shop.stripe.get(offer.get("coupon", offer.get("promotion_code")))
    assert coupon["times_redeemed"] == 1


def test_another_quantity_is_billed_with_the_next_period(shop, payer):
    subscription = shop.subscribe(payer, "team-monthly", quantity=2)
    shop.until(datetime(2025, 1, 16, 12, tzinfo=UTC))  # the middle of the month
    changed = shop.change(subscription, quantity=4)
    assert changed["items"]["data"][0]["quantity"] == 4
    shop.advance(days=17)
    amounts = [line["amount"] for line in invoice_of(shop, subscription)["lines"]["data"]]
    assert sorted(amounts) == [-2_900, 5_800, 11_600]


def test_another_interval_begins_a_new_period_at_once(shop, payer):
    subscription = shop.subscribe(payer, "solo-monthly")
    shop.advance(days=10)
    changed = shop.change(subscription, price="solo-yearly")
    [item] = changed["items"]["data"]
    assert item["current_period_end"] - item["current_period_start"] == 365 * DAY
    invoice = invoice_of(shop, subscription)
    assert (invoice["billing_reason"], invoice["status"]) == ("subscription_update", "paid")
    assert sorted(line["amount"] for line in invoice["lines"]["data"]) == [-610, 9_000]


def test_a_credit_that_is_left_pays_for_later_invoices(shop, payer):
    subscription = shop.subscribe(payer, "team-yearly", quantity=10)
    shop.change(subscription, quantity=1, invoice_now=True)
    credit = -shop.stripe.get(payer["id"])["balance"]
    assert credit > 300_000
    invoice = shop.invoice(payer, "data-import")
    assert (invoice["amount_due"], invoice["status"]) == (0, "paid")
    assert shop.stripe.get(payer["id"])["balance"] == invoice["total"] - credit


def test_a_subscription_ends_now_or_with_its_period(shop, payer):
    now, later = (shop.subscribe(payer, "solo-monthly") for _ in range(2))
    assert shop.cancel(now)["status"] == "canceled"
    canceled = shop.cancel(later, at_period_end=True)
    assert (canceled["status"], canceled["cancel_at_period_end"]) == ("active", True)
    shop.advance(days=32)
    ended = shop.stripe.get(later["id"])
    assert (ended["status"], ended["ended_at"]) == ("canceled", canceled["cancel_at"])


# Payments that fail


def test_a_first_payment_that_fails_leaves_it_incomplete(shop, payer):
    shop.fail_next_payment(payer)
    subscription = shop.subscribe(payer, "solo-monthly")
    assert subscription["status"] == "incomplete"
    shop.advance(days=1)
    assert shop.stripe.get(subscription["id"])["status"] == "incomplete_expired"
    assert invoice_of(shop, subscription)["status"] == "void"


@pytest.mark.parametrize(("failures", "days"), [(1, 4), (2, 9), (3, 16)])
def test_a_renewal_that_fails_is_tried_again(shop, payer, failures, days):
    subscription = shop.subscribe(payer, "solo-monthly")
    shop.fail_next_payment(payer, failures)
    shop.advance(days=31, hours=2)
    assert shop.stripe.get(subscription["id"])["status"] == "past_due"
    assert shop.stripe.get(payer["id"])["delinquent"] is True
    shop.advance(days=days - 1)
    recovered = shop.stripe.get(subscription["id"])
    invoice = invoice_of(shop, subscription)
    assert (recovered["status"], invoice["status"]) == ("active", "paid")
    assert invoice["attempt_count"] == failures + 1
    assert shop.stripe.get(payer["id"])["delinquent"] is False


@pytest.mark.parametrize("status", ["canceled", "unpaid", "past_due"])
def test_what_is_not_paid_in_the_end(status):
    shop = Business(FakeStripe(), after_retries=status)
    payer = shop.customer()
    subscription = shop.subscribe(payer, "solo-monthly")
    shop.fail_next_payment(payer, 4)
    shop.advance(days=31 + 16)
    ended = shop.stripe.get(subscription["id"])
    invoice = shop.stripe.get(ended["latest_invoice"])
    assert (ended["status"], invoice["status"]) == (status, "open")
    assert (invoice["attempt_count"], invoice["next_payment_attempt"]) == (4, None)
    if status == "unpaid":
        shop.advance(days=31)
        assert invoice_of(shop, subscription)["status"] == "draft"


def test_a_failed_charge_says_why(shop, payer):
    shop.fail_next_payment(payer)
    charge = shop.charge(payer, 500)
    assert (charge["status"], charge["failure_code"]) == ("failed", "card_declined")
    error = shop.stripe.get(charge["payment_intent"])["last_payment_error"]
    assert (error["charge"], error["decline_code"]) == (charge["id"], "insufficient_funds")
    assert shop.charge(payer, 500)["status"] == "succeeded"


# Invoices, refunds, credit notes


def test_an_invoice_of_its_own(shop):
    customer = shop.customer(currency="jpy")
    extra = {"amount": 1_005, "description": "Travel"}
    invoice = shop.invoice(customer, "workshop", {"price": "data-import", "quantity": 2}, extra)
    assert [line["amount"] for line in invoice["lines"]["data"]] == [72_000, 39_600, 1_005]
    assert (invoice["currency"], invoice["total"]) == ("jpy", 123_866)  # yen, with 10 percent
    assert invoice["status"] == "paid"


def test_an_invoice_that_is_sent_is_open_until_it_is_paid(shop, payer):
    invoice = shop.invoice(payer, "workshop", days_until_due=14)
    assert (invoice["status"], invoice["collection_method"]) == ("open", "send_invoice")
    assert invoice["due_date"] - invoice["created"] == 14 * DAY
    assert shop.pay(invoice)["status"] == "paid"
    with pytest.raises(ValueError, match="is paid, not open"):
        shop.pay(invoice)


def test_refunds(shop, payer):
    charge = shop.charge(payer, 1_000)
    shop.refund(charge, 300)
    assert shop.stripe.get(charge["id"])["refunded"] is False
    assert shop.refund(charge)["amount"] == 700
    assert shop.stripe.get(charge["id"])["refunded"] is True
    with pytest.raises(ValueError, match="0 is left"):
        shop.refund(charge, 1)


def test_a_credit_note_refunds_what_was_paid(shop, payer):
    invoice = shop.invoice(payer, "workshop")
    note = shop.credit(invoice, 11_900)
    assert (note["type"], note["subtotal"], note["total"]) == ("post_payment", 10_000, 11_900)
    assert charge_of(shop, invoice)["amount_refunded"] == 11_900
    with pytest.raises(ValueError, match="41650 left"):
        shop.credit(invoice, 50_000)


def test_a_credit_note_lowers_what_is_open(shop, payer):
    invoice = shop.invoice(payer, "workshop", days_until_due=14)
    assert shop.credit(invoice, 11_900)["type"] == "pre_payment"
    paid = shop.pay(invoice)
    assert (paid["amount_due"], paid["amount_paid"]) == (41_650, 41_650)
    other = shop.invoice(payer, "workshop", days_until_due=14)
    shop.credit(other)
    assert shop.stripe.get(other["id"])["status"] == "paid"


# Disputes


def test_a_dispute_without_a_response_is_lost(shop, payer):
    charge = shop.charge(payer, 1_000)
    dispute = shop.dispute(charge)
    assert dispute["status"] == "needs_response"
    shop.until(datetime.fromtimestamp(dispute["evidence_details"]["due_by"], UTC))
    lost = shop.stripe.get(dispute["id"])
    assert (lost["status"], lost["evidence_details"]["past_due"]) == ("lost", True)
    assert shop.lifetime_value(payer) == {"eur": 0}


def test_a_dispute_is_won_with_evidence(shop, payer):
    charge = shop.charge(payer, 1_000)
    kinds(shop)
    dispute = shop.respond(shop.dispute(charge), product_description="A book.")
    assert dispute["status"] == "under_review"
    assert dispute["evidence"]["product_description"] == "A book."
    assert dispute["evidence_details"]["submission_count"] == 1
    won = shop.close(dispute, won=True)
    assert [each["net"] for each in won["balance_transactions"]] == [-3_000, 1_000]
    assert kinds(shop) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.updated",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    for refused in (lambda: shop.refund(charge), lambda: shop.close(won, won=True)):
        with pytest.raises(ValueError, match=r"disputed|is won"):
            refused()


# Checkout and payouts


def test_a_checkout_session_sells_something(shop):
    session = shop.checkout("data-import", currency="usd", customer_email="ann@example.com")
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")
    done = shop.complete(session)
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    assert shop.stripe.get(done["payment_intent"])["amount_received"] == done["amount_total"]
    assert shop.stripe.get(done["customer"])["email"] == "ann@example.com"
    assert kinds(shop)[-1] == "checkout.session.completed"


def test_a_checkout_session_begins_a_subscription(shop, payer):
    session = shop.checkout("team-monthly", customer=payer, quantity=2)
    shop.fail_next_payment(payer)
    assert shop.complete(session)["status"] == "open"
    done = shop.complete(session)
    assert (done["mode"], done["customer"]) == ("subscription", payer["id"])
    assert shop.stripe.get(done["subscription"])["status"] == "active"
    assert shop.stripe.get(done["invoice"])["total"] == done["amount_total"]


def test_a_checkout_session_expires(shop):
    session, other = shop.checkout("workshop"), shop.checkout("workshop")
    assert shop.expire(other)["status"] == "expired"
    shop.advance(days=1)
    assert shop.stripe.get(session["id"])["status"] == "expired"
    with pytest.raises(ValueError, match="is expired, not open"):
        shop.complete(session)


def test_a_payout(shop, payer):
    shop.charge(payer, 10_000)
    with pytest.raises(ValueError, match="0 is available"):
        shop.payout()
    shop.advance(days=3)
    payout = shop.payout()
    assert (payout["amount"], payout["status"]) == (10_000 - 175, "in_transit")
    shop.advance(days=2)
    arrived = shop.stripe.get(payout["id"])
    assert (arrived["status"], arrived["reconciliation_status"]) == ("paid", "completed")


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda it, who: it.subscribe(who, "gold"), r"no price 'gold' in eur.*team-monthly"),
        (lambda it, who: it.subscribe(who, "solo-monthly", coupon="X"), "no coupon 'X'.*FIVER"),
        (
            lambda it, who: it.subscribe(who, "solo-monthly", promotion_code="X"),
            "no promotion code 'X'.*FIVER",
        ),
    ],
)
def test_what_is_unknown_is_named_with_the_known(shop, payer, call, message):
    with pytest.raises(LookupError, match=message):
        call(shop, payer)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda it, who: it.customer(currency="gbp"), "eur, usd, jpy"),
        (lambda it, who: it.subscribe(who, "workshop"), "workshop-eur does not recur"),
        (lambda it, who: it.charge(who, 0), "more than 0"),
        (lambda it, who: it.charge(it.customer(has_card=False), 5), "has no payment method"),
        (
            lambda it, who: it.subscribe(it.customer(has_card=False), "solo-monthly"),
            "has no payment method",
        ),
        (
            lambda it, who: it.cancel(it.cancel(it.subscribe(who, "solo-monthly"))),
            "is canceled",
        ),
        (
            lambda it, who: it.subscribe(
                it.customer(currency="usd"), "solo-monthly", coupon="FIVER"
            ),
            "takes off eur",
        ),
        (lambda it, who: Business(it.stripe, after_retries="gone"), "canceled, unpaid, past_due"),
    ],
)
def test_what_stripe_would_refuse(shop, payer, call, message):
    with pytest.raises(ValueError, match=message):
        call(shop, payer)
