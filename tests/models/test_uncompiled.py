"""PostgreSQL compiles none of the queries for which that takes longer than to run them."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from stripe_django.models import Customer, Subscription

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(settings.DATABASE != "postgres", reason="others compile nothing"),
]


def jit():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('jit')")
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def on():
    with connection.cursor() as cursor:
        cursor.execute("SET jit = on")
        cursor.execute("SET jit_above_cost = 0")
        yield
        cursor.execute("RESET jit_above_cost")
        cursor.execute("RESET jit")


QUERIES = {
    "mrr": lambda: Subscription.objects.mrr(),
    "mrr of each": lambda: list(Subscription.objects.with_mrr()),
    "mrr of customers": lambda: list(Customer.objects.with_mrr().filter(email="a@example.com")),
    "their sum": lambda: Customer.objects.with_mrr().aggregate(Sum("mrr")),
    "whether any": lambda: Subscription.objects.with_mrr().filter(mrr__gt=0).exists(),
    "lifetime value": lambda: list(Customer.objects.lifetime_value()),
}


class Settings:
    """What the setting is while each statement of the tables runs."""

    def __init__(self):
        self.found = []

    def __call__(self, execute, sql, params, many, context):
        if "FROM" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('jit')")
                self.found.append(cursor.fetchone()[0])
        return execute(sql, params, many, context)


@pytest.mark.parametrize("name", QUERIES)
def test_it_is_off_while_the_query_runs_and_on_again_after_it(name):
    with connection.execute_wrapper(seen := Settings()):
        QUERIES[name]()
    assert seen.found[-1] == "off"
    assert jit() == "on"


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction():
    with connection.execute_wrapper(seen := Settings()):
        list(Subscription.objects.with_mrr())
    assert seen.found == ["off"]
    assert jit() == "on"
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_rows_of_an_iterator_come_by_a_cursor_of_their_own():
    assert list(Subscription.objects.with_mrr().iterator()) == []
    with transaction.atomic():
        assert list(Subscription.objects.with_mrr().iterator()) == []


def test_a_row_by_its_key_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        Customer.objects.lifetime_value().filter(stripe_id="cus_1").first()


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
    assert any("set_config('jit', 'off'" in each["sql"] for each in sent) is not is_compiled
