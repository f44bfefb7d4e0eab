"""The CSV of a list: what is in it, for whom, and in which portions it is read."""

import csv
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stripe_django.admin.lists import export
from stripe_django.models import Charge, Customer, Dispute, Event, Subscription
from tests.rows import row

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)


def address(model):
    return reverse(f"admin:stripe_django_{model._meta.model_name}_export")


def lines(client, model, **query):
    response = client.get(address(model), query)
    assert response.status_code == 200, response.headers
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def charges():
    row(Customer, "cus_1", name="Ada", email="ada@example.com")
    mine = {"customer_id": "cus_1", "brand": "visa", "last4": "4242", "description": "Pens"}
    row(Charge, "ch_1", **mine, amount=1250, currency="eur", created=MARCH, status="succeeded")
    row(Charge, "ch_2", **mine, amount=-5, currency="jpy", created=MARCH.replace(month=5))


@pytest.fixture
def clerk(client, django_user_model):
    user = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(user)

    def allow(*names):
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        return client

    return allow


def test_the_rows_of_the_filtered_list(admin_client, charges):
    days = {"created_from": "2026-03-01", "created_until": "2026-03-31"}
    [line] = lines(admin_client, Charge, **days)
    expected = {
        "stripe_id": "ch_1",
        "amount": "12.50",
        "currency": "eur",
        "status": "succeeded",
        "customer_id": "cus_1",
        "customer": "Ada",
        "customer_email": "ada@example.com",
        "card": "Visa ••4242",
        "description": "Pens",
        "created": "2026-03-31 23:59:59",
    }
    assert {name: line[name] for name in expected} == expected
    assert {"amount_refunded", "amount_captured", "application_fee_amount"} <= line.keys()
    both = lines(admin_client, Charge)
    assert [each["amount"] for each in both] == ["-5", "12.50"]
    assert [each["stripe_id"] for each in lines(admin_client, Charge, q="ch_2")] == ["ch_2"]


def test_no_text_is_a_formula(admin_client, charges):
    for number, text in enumerate(('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1")):
        row(Customer, f"cus_x{number}", name=text, email="=1+1")
        row(Charge, f"ch_x{number}", customer_id=f"cus_x{number}", description=text)
    for line in lines(admin_client, Charge):
        texts = [line[name] for name in ("customer", "customer_email", "description")]
        assert not [each for each in texts if each.startswith(export.FORMULA)]


def test_only_with_both_permissions(clerk, charges):
    changelist = reverse("admin:stripe_django_charge_changelist")
    assert clerk("view_charge").get(address(Charge)).status_code == 403
    assert "export/" not in clerk("view_charge").get(changelist).text
    assert clerk("export_objects").get(address(Charge)).status_code == 403
    client = clerk("view_charge", "export_objects")
    assert len(lines(client, Charge)) == 2
    assert (
        'href="export/?status__exact=failed"'
        in client.get(changelist, {"status__exact": "failed"}).text
    )


def test_the_rows_are_read_in_parts(admin_client, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 3)
    for number in range(7):
        row(Charge, f"ch_{number}")
    with CaptureQueriesContext(connection) as caught:
        found = lines(admin_client, Charge)
    assert [each["stripe_id"] for each in found] == [f"ch_{n}" for n in reversed(range(7))]
    reads = [each["sql"] for each in caught if "LIMIT 3" in each["sql"]]
    assert len(reads) == 4


@pytest.mark.parametrize("model", [Dispute, Subscription, Event, Customer])
def test_other_lists(admin_client, model):
    row(model, "id_1")
    [line] = lines(admin_client, model)
    assert line["stripe_id"] == "id_1"


def test_a_filter_that_makes_no_sense_leads_to_the_list(admin_client):
    assert admin_client.get(address(Charge), {"created_from": "May"}).status_code == 302
