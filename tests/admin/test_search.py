"""The search of everything, and of each list: what is found, by whom, with how many queries."""

from datetime import timedelta

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.urls import reverse

from stripe_django.models import Charge, Coupon, Customer, Dispute, Invoice, Refund, Subscription
from tests.rows import WHEN, row
from tests.visits import queries

pytestmark = pytest.mark.django_db

LONG_AGO = WHEN - timedelta(days=1)
MOST_QUERIES = 15 + 3  # with a savepoint and the restored time limit of a test's transaction
SEARCH = reverse("admin:stripe_django_search")


@pytest.fixture
def ada():
    mine = {"customer_id": "cus_ada", "metadata": {}}
    row(Customer, "cus_ada", email="Ada@Example.com", name="Ada Lovelace", metadata={})
    row(Invoice, "in_1", **mine, number="F00D-0042", customer_email=None, customer_name=None)
    row(Charge, "ch_1", **mine, last4="4242", receipt_email=None)
    row(Subscription, "sub_1", **mine)
    row(Refund, "re_1", charge_id="ch_1", customer_id=None, metadata={})
    row(Dispute, "dp_1", charge_id="ch_1", metadata={})


@pytest.fixture
def viewer(client, django_user_model):
    """Logs in a user who may view what the test gives to them."""
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    client.force_login(user)

    def allow(*models):
        names = [f"view_{model._meta.model_name}" for model in models]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        return client

    return allow


def found(client, text):
    """The titles of the sections."""
    page = client.get(SEARCH, {"q": text})
    assert page.status_code == 200, page.headers
    return [each.title for each in page.context["sections"]]


def listed(client, model, text, **more):
    address = reverse(f"admin:stripe_django_{model._meta.model_name}_changelist")
    page = client.get(address, {"q": text, **more})
    return [each.stripe_id for each in page.context["cl"].result_list]


OF_ADA = ["customers", "subscriptions", "invoices", "charges", "refunds", "disputes"]


def test_a_customer_with_all_that_is_hers_by_the_beginning_of_the_address(admin_client, ada):
    assert found(admin_client, "ADA@EX") == OF_ADA
    assert found(admin_client, "lovelace") == OF_ADA
    assert found(admin_client, "f00d") == ["invoices"]
    assert found(admin_client, "4242") == ["charges"]
    assert found(admin_client, "") == []


def test_an_id_leads_to_the_page(admin_client, ada):
    dispute = Dispute.objects.get()
    page = admin_client.get(SEARCH, {"q": " dp_1 "})
    assert page.headers["Location"] == reverse(
        "admin:stripe_django_dispute_change", args=[quote(dispute.pk)]
    )


def test_only_what_the_user_may_view_is_found(viewer, ada):
    client = viewer(Charge)
    assert found(client, "lovelace") == []
    assert found(client, "4242") == ["charges"]
    assert found(client, "dp_1") == []  # no redirect to what may not be viewed
    assert listed(client, Charge, "lovelace") == []
    assert found(viewer(Charge, Customer), "lovelace") == ["customers", "charges"]
    assert listed(client, Charge, "lovelace") == ["ch_1"]
    assert viewer().get(SEARCH, {"q": "lovelace"}).status_code == 403


def test_who_is_not_logged_in_is_sent_to_the_login(client):
    assert client.get(SEARCH).status_code == 302


@pytest.mark.parametrize("model", [Charge, Invoice, Subscription, Refund, Dispute])
def test_a_list_finds_the_rows_of_customers(admin_client, ada, model):
    row(model, "id_2", **{"charge_id": "ch_2"} if model in (Refund, Dispute) else {})
    [stripe_id] = listed(admin_client, model, "ada@EXAMPLE")
    assert stripe_id != "id_2"


def test_a_list_has_the_search_with_its_filters(admin_client, ada):
    row(Charge, "ch_2", customer_id="cus_ada", status="failed", metadata={}, receipt_email=None)
    row(Charge, "ch_3", status="failed", metadata={}, receipt_email=None)
    assert set(listed(admin_client, Charge, "lovelace")) == {"ch_1", "ch_2"}
    assert listed(admin_client, Charge, "lovelace", status__exact="failed") == ["ch_2"]


@pytest.mark.parametrize("text", ['"', "'", "\\", "%", "\0", "x" * 5000, "a b", "金", "😀"])
def test_odd_texts_find_nothing(admin_client, ada, text):
    assert found(admin_client, text) == []
    assert listed(admin_client, Coupon, text) == []


def test_a_search_takes_few_queries(admin_client, ada):
    admin_client.get(SEARCH, {"q": "lovelace"})
    few = queries(admin_client, SEARCH + "?q=lovelace")
    for number in range(20):
        mine = {"customer_id": "cus_ada", "metadata": {}}
        row(Customer, f"cus_{number}", name="Lovelace", metadata={}, created=LONG_AGO)
        row(Charge, f"ch_{number}a", **mine)
        row(Invoice, f"in_{number}a", **mine)
    assert queries(admin_client, SEARCH + "?q=lovelace") == few <= MOST_QUERIES


def test_it_says_how_far_it_has_searched(admin_client, ada):
    page = admin_client.get(SEARCH, {"q": "lovelace"})
    assert "the newest 10,000 rows are searched" in " ".join(page.text.split())
    assert "10,000" not in admin_client.get(SEARCH).text


def test_the_app_and_every_list_lead_to_the_search(admin_client, ada):
    index = admin_client.get(reverse("admin:app_list", args=["stripe_django"])).text
    assert f'action="{SEARCH}"' in index
    changelist = reverse("admin:stripe_django_charge_changelist")
    assert f'href="{SEARCH}?q=ada%40"' in admin_client.get(changelist, {"q": "ada@"}).text
