"""The admin's pages with 1,000 rows of each kind, and with a million."""

import statistics
import time

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stripe_django.admin.paging import LIMIT

SIZES = (
    {"charge": 1_000, "customer": 1_000, "event": 1_000},
    {"charge": 1_000_000, "customer": 200_000, "event": 1_000_000},
)
ROUNDS = 5
PAGE = 100
MOST_QUERIES, MOST_TIMES = 15, 5

COMMON = {
    "stripe_account": "''",
    "livemode": "false",
    "as_of": "now()",
    "as_of_kind": "'read'",
    "doubtful": "false",
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
        "status": "CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END",
        "customer_id": "'cus_' || n % 1000",
        "paid": "n % 50 > 0",
        "billing_details": """'{"name": "Ada", "address": {"city": "Oslo"}}'""",
        "metadata": """'{"order": "1"}'""",
    },
    "customer": {
        "stripe_id": "'cus_' || n",
        "email": "'user' || n || '@example.com'",
        "name": "'User ' || n",
        "metadata": "'{}'",
    },
    "event": {
        "stripe_id": "'evt_' || n",
        "type": "CASE WHEN n % 3 = 0 THEN 'charge.succeeded' ELSE 'invoice.paid' END",
        "object_name": "'charge'",
        "object_id": "'ch_' || n",
        "data": """'{"object": {"id": "ch_1", "object": "charge"}}'""",
    },
}


def pages(sizes):
    """Each list: whole, at its deepest page, searched and filtered; and one row of each."""
    for name in ROWS:
        address = changelist(name)
        yield f"{name}s", address
        yield f"{name}s, last page", address + f"?p={min(sizes[name], LIMIT) // PAGE}"
        yield f"{name}s, by id", address + f"?q={ROWS[name]['stripe_id'].split(chr(39))[1]}77"
        yield f"{name}s, this year", address + "?created__gte=2026-01-01T00:00Z"
        yield f"{name} 77", reverse(f"admin:stripe_django_{name}_change", args=["77"])
    charges = changelist("charge")
    yield "charges, failed", charges + "?status__exact=failed"
    yield "charges, no such status", charges + "?status__exact=pending"
    yield "charges of a customer", charges + "?customer=cus_7"
    yield "customers, by e-mail", changelist("customer") + "?q=user77@example.com"
    yield "events of a type", changelist("event") + "?type=charge.succeeded"
    yield "index", reverse("admin:index")
    yield "index of the app", reverse("admin:app_list", args=["stripe_django"])


def changelist(name):
    return reverse(f"admin:stripe_django_{name}_changelist")


def fill(sizes):
    with connection.cursor() as cursor:
        for name, count in sizes.items():
            values = COMMON | ROWS[name]
            table = f"stripe_django_{name}"
            cursor.execute(f"TRUNCATE {table} RESTART IDENTITY")
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(values)})"
                f" SELECT {', '.join(values.values())} FROM generate_series(1, {count}) n"
            )
            cursor.execute(f"VACUUM ANALYZE {table}")


def measured(client, address):
    """The median of the seconds that a page takes, and its queries."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = client.get(address)
        taken.append(time.perf_counter() - start)
        assert answer.status_code == 200, (address, answer.status_code)
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    return statistics.median(taken), len(caught)


def report():
    client = Client()
    client.force_login(get_user_model().objects.create_user("a", is_staff=True, is_superuser=True))
    found = []
    for sizes in SIZES:
        fill(sizes)
        found.append({name: measured(client, address) for name, address in pages(sizes)})
    few, many = found
    print(f"{'page':28} {'1,000':>9} {'1,000,000':>10} {'times':>6} {'queries':>8}")
    for name, (seconds, queries) in many.items():
        times = seconds / few[name][0]
        over = "  OVER" if times > MOST_TIMES or queries > MOST_QUERIES else ""
        print(
            f"{name:28} {few[name][0] * 1000:6.1f} ms {seconds * 1000:7.1f} ms"
            f" {times:6.2f} {queries:8}{over}"
        )
