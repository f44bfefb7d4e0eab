"""Rows for the admin's pages, made by the database.

``COUNT`` is the number of rows: the lists that are filtered have at least a page of rows in every
table, and the customers with the lowest ids 200 rows each of what they have.
"""

from datetime import timedelta

from django.apps import apps
from django.db import connection
from django.utils import timezone

from stripe_django import registry, statistics
from stripe_django.models import SyncRange, SyncRun

RUNS = 20

COMMON = {
    "stripe_account": "''",
    "livemode": "false",
    "as_of": "now()",
    "as_of_kind": "'read'",
    "as_of_source": "''",
    "ambiguous": "false",
    "digest": "md5(n::text)",
    "synced_at": "now()",
    "extra": "'{}'",
    "created": "now() - n * interval '40 seconds'",
}
ROWS = {
    "charge": {
        "stripe_id": "'ch_' || n",
        "amount": "n % 100000",
        "currency": "(ARRAY['usd', 'eur', 'jpy', 'kwd'])[1 + n % 4]",
        "status": "CASE WHEN n % LEAST(50, COUNT / 200) = 0 THEN 'failed' ELSE 'succeeded' END",
        "customer_id": "'cus_' || n % LEAST(1000, COUNT / 200)",
        "invoice_id": "'in_' || n",
        "balance_transaction_id": "'txn_' || n",
        "paid": "n % LEAST(50, COUNT / 200) > 0",
        "brand": "'visa'",
        "last4": "lpad((n % LEAST(10000, COUNT / 100) * 7919 % 10000)::text, 4, '0')",
        "description": "'Order ' || n || ' of pens'",
        "receipt_email": (
            "CASE WHEN n % 3 = 0 THEN 'user' || n % LEAST(1000, COUNT / 200) || '@example.com' END"
        ),
        "billing_details": """'{"name": "Ada", "address": {"city": "Oslo"}}'""",
        "metadata": "jsonb_build_object('order', 'ord-' || n)",
    },
    "customer": {
        "stripe_id": "'cus_' || n",
        "email": "'user' || n || '@example.com'",
        "name": (
            "(ARRAY['Ada', 'Grace', 'Alan', 'Edsger'])[1 + n % 4] || ' '"
            " || initcap(substr(translate(md5(n::text), '0123456789', 'aeiouaeiou'), 1, 8))"
        ),
        "delinquent": "n % LEAST(100, COUNT / 200) = 0",
        "metadata": "jsonb_build_object('user', n::text)",
    },
    "event": {
        "stripe_id": "'evt_' || n",
        "type": "CASE WHEN n % 3 = 0 THEN 'charge.succeeded' ELSE 'invoice.paid' END",
        "object_name": "'charge'",
        "object_id": "'ch_' || n",
        "data": """jsonb_build_object('object', jsonb_build_object(
            'id', 'ch_' || n, 'object', 'charge', 'amount', n, 'currency', 'usd'))""",
    },
    "invoice": {
        "stripe_id": "'in_' || n",
        "customer_id": "'cus_' || n % LEAST(1000, COUNT / 200)",
        "status": "CASE WHEN n % 9 = 0 THEN 'open' ELSE 'paid' END",
        "currency": "'usd'",
        "total": "n % 100000",
        "amount_due": "n % 100000",
        "number": "upper(substr(md5((n % 1000)::text), 1, 8)) || '-' || lpad(n::text, 4, '0')",
        "customer_email": "'user' || n % 1000 || '@example.com'",
        "due_date": "now() - n * interval '40 seconds'",
        "metadata": "'{}'",
    },
    "paymentintent": {
        "stripe_id": "'pi_' || n",
        "amount": "n % 100000",
        "currency": "'usd'",
        "status": "'succeeded'",
        "customer_id": "'cus_' || n % LEAST(1000, COUNT / 200)",
        "description": "'Order ' || n || ' of pens'",
        "metadata": "jsonb_build_object('order', 'ord-' || n)",
    },
    "payout": {
        "stripe_id": "'po_' || n",
        "amount": "n % 100000",
        "currency": "'usd'",
        "status": "CASE WHEN n % (COUNT / 400) = 0 THEN 'failed' ELSE 'paid' END",
        "arrival_date": "now() - n * interval '40 seconds' + interval '2 days'",
        "metadata": "'{}'",
    },
    "product": {
        "stripe_id": "'prod_' || n",
        "name": "'Plan ' || n",
        "active": "n % 10 > 0",
        "metadata": "'{}'",
    },
    "price": {
        "stripe_id": "'price_' || n",
        "product_id": "'prod_' || n",
        "unit_amount": "n % 10000",
        "currency": "'usd'",
        "interval": "'month'",
        "interval_count": "1",
        "metadata": "'{}'",
    },
    "subscriptionitem": {
        "stripe_id": "'si_' || n",
        "subscription_id": "'sub_' || n",
        "price_id": "'price_' || n",
        "product_id": "'prod_' || n",
        "quantity": "1 + n % 5",
        "metadata": "'{}'",
    },
    "invoicelineitem": {
        "stripe_id": "'il_' || n",
        "invoice_id": "'in_' || n / 3",
        "amount": "n % 50000",
        "currency": "'usd'",
    },
    "subscription": {
        "stripe_id": "'sub_' || n",
        "customer_id": "'cus_' || n % LEAST(1000, COUNT / 200)",
        "status": "CASE WHEN n % 20 = 0 THEN 'canceled' ELSE 'active' END",
        "metadata": "'{}'",
    },
    "refund": {
        "stripe_id": "'re_' || n",
        "charge_id": "'ch_' || n",
        "amount": "n % 1000",
        "currency": "'usd'",
        "status": "CASE WHEN n % (COUNT / 400) = 0 THEN 'failed' ELSE 'succeeded' END",
        "metadata": "'{}'",
    },
    "dispute": {
        "stripe_id": "'dp_' || n",
        "charge_id": "'ch_' || n",
        "amount": "n % 1000",
        "currency": "'usd'",
        "status": "CASE WHEN n <= 50 THEN 'needs_response' ELSE 'lost' END",
        "due_by": "now() - n * interval '40 seconds' + interval '9 days'",
        "reason": "'fraudulent'",
        "metadata": "'{}'",
    },
    "balancetransaction": {
        "stripe_id": "'txn_' || n",
        "amount": "n % 100000",
        "currency": "'usd'",
        "type": "CASE WHEN n % 3 = 0 THEN 'charge' ELSE 'payout' END",
    },
    "inboxevent": {
        "event_id": "'evt_' || n",
        "type": "'charge.succeeded'",
        "object_name": "'charge'",
        "object_id": "'ch_' || n",
        "status": "CASE WHEN n % (COUNT / 200) = 0 THEN 'failed' ELSE 'applied' END",
        "reason": "''",
        "attempts": "1",
        "body": "''",
        "platform": "''",
        "sent_at": "now() - n * interval '40 seconds'",
        "received_at": "now() - n * interval '40 seconds'",
        "finished_at": "now() - n * interval '40 seconds'",
        "next_attempt_at": "CASE WHEN n % (COUNT / 200) = 0 THEN now() END",
    },
}
MANY = {"charge", "event", "balancetransaction", "inboxevent"}  # of the others, a fifth


def sizes(count):
    return {name: count if name in MANY else max(count // 5, 1_000) for name in ROWS}


def values_of(name):
    """The SQL for each column, of those that all rows have as far as the model has them."""
    model = apps.get_model("stripe_django", name)
    columns = {field.column for field in model._meta.fields}
    return {column: sql for column, sql in COMMON.items() if column in columns} | ROWS[name]


def fill(sizes):
    with connection.cursor() as cursor:
        for name, count in sizes.items():
            values = values_of(name)
            table, made = f"stripe_django_{name}", ", ".join(values.values())
            cursor.execute(f"TRUNCATE {table} RESTART IDENTITY CASCADE")
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(values)})"
                f" SELECT {made.replace('COUNT', str(count))} FROM generate_series(1, {count}) n"
            )
            cursor.execute(f"VACUUM ANALYZE {table}")
    record_runs()
    statistics.ask()
    statistics.refresh()


def record_runs():
    """Some runs of the sync, each with a part for each kind of object."""
    SyncRun.objects.all().delete()
    now = timezone.now()
    for number in range(RUNS):
        ended = now - timedelta(days=RUNS - number)
        run = SyncRun(kind="full", status="done", as_of=ended, finished_at=ended)
        run.save()
        SyncRange.objects.bulk_create(
            SyncRange(
                run=run, object_name=model.stripe.object_name, kind="span", status="done", read=9
            )
            for model in registry.models()
        )
