"""Queries that PostgreSQL must not compile: the many subqueries of all, not those of a few rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stripe_django.models import Customer, Subscription

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a setting of PostgreSQL"),
]


@pytest.mark.parametrize(
    ("rows", "is_compiled"),
    [
        (Subscription.objects.all(), False),
        (Subscription.objects.filter(status="active"), False),
        (Subscription.objects.exclude(customer="cus_1"), False),
        (Subscription.objects.filter(customer="cus_1"), True),
        (Subscription.objects.filter(stripe_id="sub_1", status="active"), True),
        (Customer(id=1, stripe_id="cus_1").subscriptions.all(), True),
    ],
)
def test_the_setting_is_changed_where_there_may_be_many_rows(rows, is_compiled):
    with CaptureQueriesContext(connection) as sent:
        rows.mrr()
    assert any("'jit'" in each["sql"] for each in sent) is not is_compiled
