"""A year of a business with 50,000 subscriptions: its versions are computed, then the reports.

The rows are made by the database. Each subscription has an event for its creation, its renewals,
its end and, of every third one, a change of the quantity; the payloads have the keys and the size
of those of a simulated business. Each period is paid for by a charge, of which every fiftieth is
refunded.
"""

import json
import os
import resource
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection

from stripe_django import analytics, statistics
from stripe_django.models import (
    BalanceTransaction,
    Charge,
    Customer,
    Event,
    Home,
    Price,
    Product,
    Subscription,
    SubscriptionItem,
    SubscriptionVersion,
)
from stripe_django.statistics import versions
from stripe_django.testing import Business, FakeStripe

from .admin_rows import COMMON

SUBSCRIPTIONS = int(os.environ.get("SUBSCRIPTIONS", 50_000))
PRICES = 40
START, END = date(2025, 1, 1), date(2026, 1, 1)

# A business that grew for a year before the year of the report: when a subscription begins and
# ends, and in which month its quantity changes.
LIVES = """
    SELECT n, 'sub_' || n AS id, 'cus_' || n AS customer, 'si_' || n AS item,
        1 + n % {prices} AS price, 1 + n % 4 AS quantity, began,
        CASE WHEN n % 4 = 0 THEN began + (1 + n * 31 % 14) * interval '1 month' END AS ended,
        CASE WHEN n % 3 = 0 THEN 1 + n * 17 % 9 END AS changes
    FROM generate_series(1, {subscriptions}) n,
    LATERAL (SELECT timestamptz '2024-01-01Z' + (n::bigint * 7919 % 1051200) * interval '1 minute'
        AS began) since
"""
# Its months up to the end of the report, each with the quantity then.
MONTHS = """
    SELECT life.*, month, began + month * interval '1 month' AS at,
        quantity + CASE WHEN month >= changes THEN 1 + n % 2 * 2 - 2 * (quantity / 4)
            ELSE 0 END AS units
    FROM bench_life life, generate_series(0, 23) month
    WHERE began + month * interval '1 month' < least(coalesce(ended, '2026-01-01Z'), '2026-01-01Z')
"""


def report():
    Home.objects.create(livemode=False, since=datetime(2023, 1, 1, tzinfo=UTC))
    with spent("rows"):
        fill()
    print(", ".join(f"{model.objects.count():,} {model.__name__}" for model in STORED))
    with spent("versions of all subscriptions, once"):
        assert statistics.refresh(parts=[versions.steps])
    print(f"{SubscriptionVersion.objects.count():,} versions")
    vacuum("subscriptionversion", "subscriptionitemversion")
    with spent("versions, nothing changed"):
        assert statistics.refresh(parts=[versions.steps])
    show_reports()


def show_reports():
    began = time.perf_counter()
    with spent("MRR movements by month"):
        movements = analytics.mrr_movements(START, END)
    with spent("net revenue by month"):
        revenue = analytics.net_revenue(START, END)
    with spent("cohorts"):
        cohorts = analytics.cohorts(START, END)
    print(f"{'the report':40} {time.perf_counter() - began:8.2f} s")
    print(f"{len(movements)} movements, {len(revenue)} sums, {len(cohorts)} cohorts and ages")
    for by in ("product", "price", "country"):
        with spent(f"MRR movements by {by}"):
            analytics.mrr_movements(START, END, by=by)
    for by in ("product", "country", "payment_method"):
        with spent(f"net revenue by {by}"):
            analytics.net_revenue(START, END, by=by)
    with spent("net revenue by day"):
        analytics.net_revenue(START, END, every="day")
    with spent("MRR of now, from the rows of the mirror"):
        Subscription.objects.mrr()


STORED = (Subscription, Event, BalanceTransaction, Charge)


def fill():
    with connection.cursor() as cursor:
        lives = LIVES.format(prices=PRICES, subscriptions=SUBSCRIPTIONS)
        cursor.execute(f"CREATE UNLOGGED TABLE bench_life AS {lives}")
        cursor.execute(f"CREATE UNLOGGED TABLE bench_month AS {MONTHS}")
        template = {"template": json.dumps(payload())}
        for model, (values, source, params) in rows(template).items():
            insert(cursor, model, values, source, params)
    vacuum(*(model._meta.model_name for model in rows(template)))


def payload():
    """A subscription as a simulated business has it, and its events show it."""
    shop = Business(FakeStripe(), seed=1)
    return shop.subscribe(shop.customer(), "team-monthly", quantity=2)


SHOWN = """jsonb_set(%(template)s::jsonb || jsonb_build_object(
    'id', id, 'customer', customer, 'created', extract(epoch FROM began)::bigint,
    'start_date', extract(epoch FROM began)::bigint, 'latest_invoice', 'in_' || n || '_' || month,
    'status', {status}, 'canceled_at', {ended}, 'ended_at', {ended}, 'discounts', '[]'::jsonb),
    '{{items,data,0}}', (%(template)s::jsonb #> '{{items,data,0}}') || jsonb_build_object(
        'id', item, 'quantity', units, 'created', extract(epoch FROM began)::bigint,
        'plan', null, 'discounts', '[]'::jsonb, 'price',
        (%(template)s::jsonb #> '{{items,data,0,price}}') || jsonb_build_object(
            'id', 'price_' || price, 'product', 'prod_' || price / 2)))"""
RUNNING = SHOWN.format(status="'active'", ended="null")
OVER = SHOWN.format(status="'canceled'", ended="extract(epoch FROM ended)::bigint")
EVENTS = f"""(
    SELECT n, id, at, CASE month WHEN 0 THEN 'created' ELSE 'updated' END AS verb, month,
        {RUNNING} AS shown FROM bench_month
    UNION ALL
    SELECT n, id, ended, 'deleted', 99, {OVER} FROM (
        SELECT DISTINCT ON (n) * FROM bench_month WHERE ended < '2026-01-01Z' ORDER BY n, month DESC
    ) AS last
) AS each"""
LAST = "(SELECT DISTINCT ON (n) * FROM bench_month ORDER BY n, month DESC) AS each"
AMOUNT = "(900 + price * 100) * units"
PRICE = {  # the SQL of its columns
    "stripe_id": "'price_' || n",
    "currency": "'eur'",
    "product_id": "'prod_' || n / 2",
    "unit_amount": "900 + n * 100",
    "interval": "CASE WHEN n % 5 = 0 THEN 'year' ELSE 'month' END",
    "interval_count": "1",
    "usage_type": "'licensed'",
    "billing_scheme": "'per_unit'",
}


def rows(template):
    """By model, the SQL of its columns, the table that they are made from, and its parameters."""
    return {
        Product: ({"stripe_id": "'prod_' || n"}, series(PRICES), {}),
        Price: (PRICE, series(PRICES), {}),
        Customer: (
            {
                "stripe_id": "customer",
                "created": "began",
                "address": "jsonb_build_object('country', (ARRAY['DE', 'FR'])[1 + n % 2])",
            },
            "bench_life",
            {},
        ),
        Subscription: (
            {
                "stripe_id": "id",
                "customer_id": "customer",
                "currency": "'eur'",
                "status": "CASE WHEN ended < '2026-01-01Z' THEN 'canceled' ELSE 'active' END",
                "created": "began",
                "start_date": "began",
                "ended_at": "CASE WHEN ended < '2026-01-01Z' THEN ended END",
                "as_of": "at",
            },
            LAST,
            {},
        ),
        SubscriptionItem: (
            {
                "stripe_id": "item",
                "subscription_id": "id",
                "price_id": "'price_' || price",
                "product_id": "'prod_' || price / 2",
                "quantity": "units",
                "created": "began",
                "as_of": "at",
            },
            LAST,
            {},
        ),
        Event: (
            {
                "stripe_id": "'evt_' || n || '_' || month",
                "type": "'customer.subscription.' || verb",
                "object_name": "'subscription'",
                "object_id": "id",
                "created": "at",
                "data": "jsonb_build_object('object', shown, 'previous_attributes',"
                " jsonb_build_object('latest_invoice', 'in_1'))",
            },
            EVENTS,
            template,
        ),
        Charge: (
            {
                "stripe_id": "'ch_' || n || '_' || month",
                "customer_id": "customer",
                "invoice_id": "'in_' || n || '_' || month",
                "balance_transaction_id": "'txn_' || n || '_' || month",
                "amount": AMOUNT,
                "currency": "'eur'",
                "status": "'succeeded'",
                "payment_method_details": """'{"type": "card", "card": {"country": "DE"}}'""",
                "created": "at",
            },
            "bench_month",
            {},
        ),
        BalanceTransaction: (
            {
                "stripe_id": "kind || n || '_' || month",
                "type": "CASE kind WHEN 'txn_' THEN 'charge' ELSE 'refund' END",
                "reporting_category": "CASE kind WHEN 'txn_' THEN 'charge' ELSE 'refund' END",
                "amount": f"CASE kind WHEN 'txn_' THEN {AMOUNT} ELSE -{AMOUNT} END",
                "fee": "CASE kind WHEN 'txn_' THEN 59 ELSE 0 END",
                "net": f"CASE kind WHEN 'txn_' THEN {AMOUNT} - 59 ELSE -{AMOUNT} END",
                "currency": "'eur'",
                "created": "at",
            },
            "(SELECT * FROM bench_month, unnest(ARRAY['txn_', 'txr_']) kind"
            " WHERE kind = 'txn_' OR (n + month) % 50 = 0) AS each",
            {},
        ),
    }


def series(count):
    return f"generate_series(1, {count}) n"


def insert(cursor, model, values, source, params):
    columns = {field.column for field in model._meta.fields}
    common = {name: sql for name, sql in COMMON.items() if name in columns}
    values = common | {"as_of_source": "''", "digest": "md5(random()::text)"} | values
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(map(quoted, values))})"
        f" SELECT {', '.join(values.values())} FROM {source}",
        params or None,
    )


def quoted(name):
    return connection.ops.quote_name(name)


def vacuum(*names):
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"VACUUM ANALYZE stripe_django_{name}")


@contextmanager
def spent(what):
    """Print how long it took, of that here and not in the database, and the most memory so far."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    took, here = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:40} {took:8.2f} s {here:8.2f} s here {memory:8.0f} MB", flush=True)
