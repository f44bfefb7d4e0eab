"""Objects without an address of their own: read through their owner, or accepted as they are."""

import json
import logging

import pytest

from stripe_django.models import (
    BankAccount,
    Discount,
    DisputeEvidence,
    EntitlementsActiveEntitlement,
    PaymentMethod,
    PendingRead,
    RadarPaymentEvaluation,
)
from stripe_django.sync.events import retry
from tests.posting import at, event, make_due, post
from tests.rows import row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def tie(kind, one, other):
    """Two events of one second that disagree about an object."""
    for number, obj in enumerate((one, other)):
        post(event(1, kind=kind, obj=obj, id=f"evt_{obj['id']}_{number}"))


def is_over():
    """Nothing is left that a retry would try."""
    make_due()
    return retry.run_due() == 0 and not PendingRead.objects.exists()


def test_a_discount_is_read_with_its_customer(fake):
    made = {"id": "di_1", "object": "discount", "customer": "cus_1", "start": 1, "end": None}
    fake.add({"id": "cus_1", "object": "customer", "discount": made | {"end": 9}})
    tie("customer.discount.updated", made, made | {"end": 5})
    found = Discount.objects.get()
    assert (found.end.timestamp(), found.ambiguous, found.as_of_kind) == (9, False, "read")
    assert is_over()


def test_a_discount_is_read_with_its_subscription(fake):
    made = {"id": "di_1", "object": "discount", "subscription": "sub_1", "start": 1, "end": None}
    fake.add({"id": "sub_1", "object": "subscription", "discounts": [made | {"end": 9}]})
    tie("customer.discount.updated", made, made | {"end": 5})
    found = Discount.objects.get()
    assert (found.end.timestamp(), found.ambiguous) == (9, False)
    assert is_over()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_bank_account_is_read_below_its_customer(fake, is_there):
    one = {"id": "ba_1", "object": "bank_account", "customer": "cus_1", "status": "new"}
    sources = {"object": "list", "data": [one | {"status": "verified"}] * is_there}
    sources |= {"has_more": False, "url": "/v1/customers/cus_1/sources"}
    fake.add({"id": "cus_1", "object": "customer", "sources": sources})
    if is_there:
        fake.add(one | {"status": "verified"})
    tie("customer.source.updated", one, one | {"status": "errored"})
    found = BankAccount.objects.get()
    assert (found.is_alive, is_over()) == (is_there, True)
    assert found.status == "verified" or not is_there


def test_evidence_is_read_with_its_dispute(fake):
    dispute = {"id": "dp_1", "object": "dispute", "evidence": {"access_activity_log": "7"}}
    fake.add(dispute)
    for text in "12":
        shown = dispute | {"evidence": {"access_activity_log": text}}
        post(event(1, kind="charge.dispute.updated", obj=shown, id=f"evt_{text}"))
    found = DisputeEvidence.objects.get()
    assert (found.access_activity_log, found.ambiguous, is_over()) == ("7", False, True)


def test_entitlements_are_listed_for_their_customer(fake):
    names = [f"ent_{number:02}" for number in range(25)]
    fake.create("customer", id="cus_1")
    shown = [
        fake.create("entitlements.active_entitlement", id=name, within="cus_1", lookup_key=name)
        for name in names
    ]
    url = "/v1/customer/cus_1/entitlements"
    some = {"object": "list", "data": shown[:10], "has_more": True, "url": url}
    name = "entitlements.active_entitlement_summary"
    obj = {"object": name, "customer": "cus_1", "livemode": False, "entitlements": some}
    post(event(1, kind=f"{name}.updated", obj=obj))
    found = EntitlementsActiveEntitlement.objects.alive().values_list("stripe_id", flat=True)
    assert sorted(found) == names
    assert is_over()


def test_what_stripe_offers_no_way_to_read_is_accepted_once(fake, caplog):
    one = {"id": "peval_1", "object": "radar.payment_evaluation", "outcome": {"type": "failed"}}
    with caplog.at_level(logging.WARNING):
        tie("radar.payment_evaluation.updated", one, one | {"outcome": {"type": "succeeded"}})
    found = RadarPaymentEvaluation.objects.get()
    assert (found.ambiguous, found.outcome["type"]) == (False, "succeeded")
    assert "peval_1 cannot be read from Stripe" in caplog.text
    assert (fake.requests, is_over()) == ([], True)


def test_a_row_of_the_other_mode_is_not_asked_for(fake):
    made = row(BankAccount, "ba_1", livemode=None, ambiguous=True, customer_id="cus_1")
    assert made
    post(event(1))  # settles the mode
    customer = {"id": "cus_live", "object": "customer", "livemode": True}
    tie("customer.updated", customer | {"balance": 1}, customer | {"balance": 2})
    assert (fake.requests, is_over()) == ([], True)


def test_a_refused_account_ends(fake):
    fake.fail(status=403, code="account_invalid")
    one = {"id": "ch_1", "object": "charge"}
    for number in (1, 2):
        obj = one | {"amount": number}
        post(event(1, kind="charge.updated", obj=obj, id=f"evt_{number}", account="acct_gone"))
    for _ in range(20):
        make_due()
        retry.run_due()
    assert PendingRead.objects.get().next_attempt_at is None
    make_due()
    assert retry.run_due() == 0


@pytest.mark.parametrize(
    ("api_id", "is_alive"), [("card_1Legacy", False), ("ba_1Legacy", False), ("pm_1", True)]
)
def test_only_legacy_methods_are_gone_once_detached(api_id, is_alive):
    method = {"id": api_id, "object": "payment_method", "customer": "cus_1", "type": "card"}
    post(event(1, kind="payment_method.attached", obj=method))
    post(event(2, kind="payment_method.detached", obj=method | {"customer": None}))
    found = PaymentMethod.objects.get()
    assert (found.is_alive, found.customer_id) == (is_alive, None)
    assert found.deleted_at == (None if is_alive else at(2))
    assert json.loads(json.dumps(found.to_stripe()))["customer"] is None
