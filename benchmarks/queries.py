"""Sums and snapshots over whole tables, beside the SQL that a person would write for each.

Shown are medians of ``ROUNDS``: the time, that of this process (which builds queries and rows), the
time of the SQL, and how often that goes into the first. The rows are made by the database.
"""

import os
import time
from datetime import UTC, date, datetime
from statistics import median

from django.db import connection

from stripe_django import statistics
from stripe_django.models import (
    Charge,
    Customer,
    Dispute,
    Event,
    Home,
    Price,
    Product,
    Subscription,
    SubscriptionItem,
)
from stripe_django.statistics import payment_volume

from .analytics import PRICE, PRICES, insert, series, vacuum

CUSTOMERS = int(os.environ.get("CUSTOMERS", 50_000))
CHARGES_EACH, ROUNDS = 10, 3
AT = datetime(2026, 1, 1, tzinfo=UTC)

# The SQL beside each, with the same result.
LIFETIME = """
    SELECT customer.id, coalesce(paid.total, 0) - coalesce(lost.total, 0) AS total
    FROM stripe_django_customer customer
    LEFT JOIN (
        SELECT customer_id, currency, sum(amount_captured - amount_refunded) AS total
        FROM stripe_django_charge WHERE status IN ('succeeded', 'paid') AND deleted_at IS NULL
        GROUP BY customer_id, currency
    ) paid ON paid.customer_id = customer.stripe_id AND paid.currency = customer.currency
    LEFT JOIN (
        SELECT charge.customer_id, dispute.currency, sum(dispute.amount) AS total
        FROM stripe_django_dispute dispute
        JOIN stripe_django_charge charge ON charge.stripe_id = dispute.charge_id
        WHERE dispute.status = 'lost' AND dispute.deleted_at IS NULL
        GROUP BY charge.customer_id, dispute.currency
    ) lost ON lost.customer_id = customer.stripe_id AND lost.currency = customer.currency
    WHERE customer.deleted_at IS NULL ORDER BY total DESC LIMIT 10
"""
SNAPSHOTS = """
    SELECT subscription.id, newest.data FROM stripe_django_subscription subscription
    LEFT JOIN (
        SELECT DISTINCT ON (object_id) object_id, data FROM stripe_django_event
        WHERE object_name = 'subscription' AND created <= %s
        ORDER BY object_id, created DESC, id DESC
    ) newest ON newest.object_id = subscription.stripe_id
"""
MRR = """
    SELECT subscription.currency, sum(price.unit_amount * item.quantity
        / CASE price.interval WHEN 'year' THEN 12 ELSE 1 END)
    FROM stripe_django_subscription subscription
    JOIN stripe_django_subscriptionitem item ON item.subscription_id = subscription.stripe_id
    JOIN stripe_django_price price ON price.stripe_id = item.price_id
    WHERE subscription.status = 'active' AND subscription.deleted_at IS NULL
    GROUP BY subscription.currency
"""
MONTHS = """
    SELECT date_trunc('month', created AT TIME ZONE 'UTC'), currency, sum(amount)
    FROM stripe_django_charge WHERE status IN ('succeeded', 'paid') GROUP BY 1, 2
"""


def report():
    Home.objects.create(livemode=False, since=datetime(2023, 1, 1, tzinfo=UTC))
    fill()
    while not statistics.refresh(parts=[payment_volume.steps]):
        pass
    customers, subscriptions = Customer.objects, Subscription.objects
    valued = customers.lifetime_value()
    print(f"{'':44}{'here':>11}{'of CPU':>11}{'by SQL':>11}{'ratio':>8}")
    compare(
        "customers by lifetime value, the first ten",
        LIFETIME,
        (),
        lambda: valued.order_by("-lifetime_value")[:10],
    )
    compare("one customer's lifetime value", None, (), lambda: valued.filter(stripe_id="cus_7"))
    compare("one found by its e-mail", None, (), lambda: valued.filter(email="user7@example.com"))
    compare(
        "snapshots of all subscriptions, ids alone",
        SNAPSHOTS,
        (AT,),
        lambda: subscriptions.with_snapshot(at=AT).values_list("pk", "snapshot_event"),
    )
    compare("MRR", MRR, (), lambda: subscriptions.mrr().items())
    year = date(2024, 1, 1), date(2027, 1, 1)
    compare("revenue by month", MONTHS, (), lambda: statistics.volume(*year))


def compare(name, sql, params, rows):
    here, worked, there = [], [], []
    for _ in range(ROUNDS):
        began, cpu = time.perf_counter(), time.process_time()
        list(rows())
        here.append(time.perf_counter() - began)
        worked.append(time.process_time() - cpu)
        if sql:
            began = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                cursor.fetchall()
            there.append(time.perf_counter() - began)
    line = f"{name:44}{median(here) * 1000:8.0f} ms{median(worked) * 1000:8.0f} ms"
    if there:
        line += f"{median(there) * 1000:8.0f} ms{median(here) / median(there):8.1f}"
    print(line, flush=True)


def fill():
    with connection.cursor() as cursor:
        for model, (values, source) in rows().items():
            insert(cursor, model, values, source, {})
    vacuum(*(model._meta.model_name for model in rows()))


def rows():
    """By model, the SQL of its columns, and the table that they are made from."""
    subscribed = series(2 * CUSTOMERS)
    return {
        Product: ({"stripe_id": "'prod_' || n"}, series(PRICES)),
        Price: (PRICE, series(PRICES)),
        Customer: (
            {
                "stripe_id": "'cus_' || n",
                "email": "'user' || n || '@example.com'",
                "currency": "'eur'",
            },
            series(CUSTOMERS),
        ),
        Charge: (
            {
                "stripe_id": "'ch_' || n",
                "customer_id": f"'cus_' || 1 + n % {CUSTOMERS}",
                "amount": "100 + n % 1000",
                "amount_captured": "100 + n % 1000",
                "amount_refunded": "CASE WHEN n % 50 = 0 THEN 100 ELSE 0 END",
                "currency": "'eur'",
                "status": "CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'succeeded' END",
                "payment_method_details": """'{"type": "card", "card": {"country": "DE"}}'""",
                "created": "timestamptz '2026-01-01Z' - n * interval '2 minutes'",
            },
            series(CUSTOMERS * CHARGES_EACH),
        ),
        Dispute: (
            {
                "stripe_id": "'dp_' || n",
                "charge_id": "'ch_' || n * 300",
                "amount": "100",
                "currency": "'eur'",
                "status": "CASE WHEN n % 2 = 0 THEN 'lost' ELSE 'won' END",
            },
            series(CUSTOMERS * CHARGES_EACH // 300),
        ),
        Subscription: (
            {
                "stripe_id": "'sub_' || n",
                "customer_id": f"'cus_' || 1 + n % {CUSTOMERS}",
                "currency": "'eur'",
                "status": "CASE WHEN n % 10 = 0 THEN 'canceled' ELSE 'active' END",
                "start_date": "timestamptz '2025-01-01Z'",
                "ended_at": "CASE WHEN n % 10 = 0 THEN timestamptz '2025-06-01Z' END",
            },
            subscribed,
        ),
        SubscriptionItem: (
            {
                "stripe_id": "'si_' || n",
                "subscription_id": "'sub_' || n",
                "price_id": f"'price_' || 1 + n % {PRICES}",
                "quantity": "1 + n % 4",
                "created": "timestamptz '2025-01-01Z'",
            },
            subscribed,
        ),
        Event: (
            {
                "stripe_id": "'evt_' || n",
                "type": "'customer.subscription.updated'",
                "object_name": "'subscription'",
                "object_id": f"'sub_' || 1 + n % {2 * CUSTOMERS}",
                "data": """jsonb_build_object('object', jsonb_build_object(
                    'id', 'sub_' || n, 'object', 'subscription', 'status', 'active'))""",
                "created": "timestamptz '2026-01-01Z' - n * interval '10 seconds'",
            },
            series(4 * CUSTOMERS),
        ),
    }
