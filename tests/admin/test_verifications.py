"""Comparisons with Stripe in the admin, and payouts that are compared there."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from stripe_django.models import BalanceTransaction, ObjectStatistics, Payout, Verification
from stripe_django.sync.backfill import engine
from stripe_django.testing import payload
from tests.pages import text_of
from tests.visits import queries

pytestmark = pytest.mark.django_db

LIST = reverse("admin:stripe_django_verification_changelist")
HOME = reverse("admin:stripe_django_statistics_machinery")
PAYOUTS = reverse("admin:stripe_django_payout_changelist")
WHEN = datetime(2026, 5, 4, 12, tzinfo=UTC)


def verification(**values):
    known = {"object_name": "charge", "method": "sample", "status": "done", "rows": 1_200_000}
    return Verification.objects.create(
        **known | {"verified": 10_000, "finished_at": WHEN, "started_at": WHEN} | values
    )


def test_a_list_and_the_page_of_one(admin_client):
    found = {"object": "charge", "id": "ch_<1>", "difference": "older", "columns": ["amount"]}
    row = verification(differences={"older": 1}, examples=[found], error="<b>")
    text = text_of(admin_client.get(LIST))
    assert "10,000 of 1,200,000" in text
    assert "1 older" in text
    page = admin_client.get(reverse("admin:stripe_django_verification_change", args=[row.pk]))
    assert "ch_&lt;1&gt; older than at Stripe amount" in text_of(page)
    assert 'name="_save"' not in page.content.decode()


def test_queries_of_the_list(admin_client):
    verification()
    few = queries(admin_client, LIST)
    for _ in range(20):
        verification()
    assert queries(admin_client, LIST) == few


def test_the_overview_has_a_line_for_each_object(admin_client):
    for name in ("charge", "customer", "coupon"):
        ObjectStatistics.objects.create(object_name=name, rows=5)
    before = queries(admin_client, HOME)
    verification(differences={"missing": 9})
    verification()
    verification(object_name="customer", differences={"older": 3, "gone": 1}, repaired=2)
    verification(stripe_account="acct_1", object_name="coupon")
    verification(object_name="coupon", status="running")
    text = text_of(admin_client.get(HOME))
    assert "Verified 10,000 of 1,200,000 on May 4, 2026" in text
    assert ": 0 differences" in text
    assert ": 2 differences" in text
    assert text.count("Verified") == 2
    assert queries(admin_client, HOME) == before


class TestPayouts:
    @pytest.fixture
    def stripe(self, fake_stripe):
        for number in (1, 2):
            ids = {"id": f"po_{number}", "balance_transaction": f"txn_{number}"}
            known = {"automatic": True, "reconciliation_status": "completed", "amount": 100}
            fake_stripe.add(payload("payout", **ids, **known))
            own = {"type": "payout", "amount": -100, "net": -100, "fee": 0}
            fake_stripe.add(
                payload("balance_transaction", id=f"txn_{number}", **own), within=ids["id"]
            )
        for number, net in ((1, 100), (2, 99)):
            entry = {"type": "charge", "amount": net, "net": net, "fee": 0}
            fake_stripe.add(
                payload("balance_transaction", id=f"txn_of_{number}", **entry),
                within=f"po_{number}",
            )
        engine.run([Payout, BalanceTransaction])
        return fake_stripe

    def reconcile(self, client):
        chosen = [*Payout.objects.values_list("pk", flat=True)]
        data = {"action": "reconcile", "_selected_action": chosen}
        return text_of(client.post(PAYOUTS, data, follow=True))

    def test_those_that_are_right_and_wrong(self, admin_client, stripe):
        text = self.reconcile(admin_client)
        assert "1 payout is the sum of its transactions." in text
        assert "Payout po_2: $1.00, its own transaction -$1.00, its transactions $0.99" in text
        assert BalanceTransaction.objects.by_payout("po_1").count() == 1

    def test_what_stripe_refuses(self, admin_client, stripe):
        stripe.fail(status=403, message="Not with this key.", path="/v1/balance_transactions")
        assert "Not with this key." in self.reconcile(admin_client)

    def test_it_needs_the_permission_to_refresh(self, client, django_user_model, stripe):
        user = django_user_model.objects.create_user("viewer", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_payout"))
        client.force_login(user)
        self.reconcile(client)
        assert not BalanceTransaction.objects.by_payout("po_1").exists()
