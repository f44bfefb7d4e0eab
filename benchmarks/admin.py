"""The admin's pages in Chromium with 1,000 rows of each kind, and with a million.

The search has its indexes. A page counts by its quickest visit: the others had to wait for
something else on the machine. ``KEEP=1`` leaves the filled databases for the next run with it.
``PAGES=search,invoices`` visits those alone whose names begin so.
"""

import os
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.urls import reverse

from stripe_django.admin.pagination import LIMIT

from .admin_database import filled
from .admin_rows import ROWS, sizes, values_of
from .chromium import CHROMIUM, opened

FEW, MANY = 1_000, int(os.environ.get("OBJECTS", 1_000_000))
ROUNDS = 5
CHOSEN = tuple(os.environ.get("PAGES", "").split(","))
PAGE = 100
MOST_QUERIES, MOST_TIMES, MOST_MS = 15, 2.5, 100
CUSTOMER = 3  # who has as many charges in either database as a page shows
LISTED = [name for name in ROWS if name != "inboxevent"]
SEARCHES = {
    "e-mail": "USER77@EXAMPLE",
    "name": "grace eo",
    "invoice number": "28DD2C79-0077",
    "last4": "4242",
    "metadata": "ord-777",
    "product": "Plan 777",
    "in all rows": "pens",
    "nothing": "nobody@nowhere",
}
FOUND = {  # by the search of a list, in either database at least as many as a page shows
    "e-mail": f"USER{CUSTOMER}@EXAMPLE",
    "name": "edsger ecc",
    "last4": "7919",
    "metadata": "ord-7",
    "description": "pens",
}


def pages(count):
    """Each list: whole, at its deepest page, searched and filtered; and one row of each."""
    yield "overview", changelist("statistics")
    yield "machinery", changelist("statistics") + "machinery/"
    for name in LISTED:
        address = changelist(name)
        yield f"{name}s", address
        yield f"{name}s, last page", address + f"?p={min(sizes(count)[name], LIMIT) // PAGE}"
        yield f"{name}s, by id", address + f"?q={ROWS[name]['stripe_id'].split(chr(39))[1]}77"
        if "created" in values_of(name):
            yield f"{name}s, this year", address + "?created__gte=2026-01-01T00:00Z"
        key = CUSTOMER if name == "customer" else 77
        yield f"{name} {key}", of(name, "change", key)
    charges = changelist("charge")
    yield "charge 77 as of its event", of("charge", "as_of", 77, "evt_77")
    yield "timeline of a customer", of("customer", "timeline", CUSTOMER)
    yield "charges, failed", charges + "?status__exact=failed"
    yield "charges, no such status", charges + "?status__exact=pending"
    yield "charges of a customer", charges + f"?customer=cus_{CUSTOMER}"
    yield "invoices, open", changelist("invoice") + "?status__exact=open"
    yield "invoices, overdue", changelist("invoice") + "?segment=overdue"
    yield "disputes, response due", changelist("dispute") + "?segment=due"
    yield "transactions of this month", changelist("balancetransaction") + "?segment=month"
    yield "customers, delinquent", changelist("customer") + "?delinquent__exact=1"
    yield "disputes to answer", changelist("dispute") + "?status__exact=needs_response"
    yield "payouts, failed", changelist("payout") + "?status__exact=failed"
    yield "refunds, failed", changelist("refund") + "?status__exact=failed"
    for name, text in SEARCHES.items():
        yield f"search, {name}", f"{reverse('admin:stripe_django_search')}?{urlencode({'q': text})}"
    for name, text in FOUND.items():
        yield f"charges, {name}", f"{charges}?{urlencode({'q': text})}"
    yield "charges, nothing", charges + "?q=nobody@nowhere"
    yield "customers, by e-mail", changelist("customer") + "?q=USER77@ex"
    yield "events of a type", changelist("event") + "?type=charge.succeeded"
    yield "inbox", changelist("inboxevent")
    yield "inbox, failed", changelist("inboxevent") + "?status__exact=failed"
    yield "runs", changelist("syncrun")
    yield "index", reverse("admin:index")
    yield "index of the app", reverse("admin:app_list", args=["stripe_django"])


def changelist(name):
    return reverse(f"admin:stripe_django_{name}_changelist")


def of(name, page, *args):
    return reverse(f"admin:stripe_django_{name}_{page}", args=args)


def measured(visit, address):
    """The least of a page's times, the most of its queries, and the least of their times."""
    answered, loaded, queries, spent = zip(*(visit(address) for _ in range(ROUNDS)), strict=True)
    return min(answered), min(loaded), max(queries), min(spent)


def measured_pages(count):
    with filled(count):
        user, _ = get_user_model().objects.get_or_create(
            username="a", is_staff=True, is_superuser=True
        )
        with opened(user) as visit:
            return {
                name: measured(visit, address)
                for name, address in pages(count)
                if name.startswith(CHOSEN)
            }


def report():
    if CHROMIUM is None:
        print("SKIPPED, there is no chromium on this machine.")
        return
    few = measured_pages(FEW)
    many = measured_pages(MANY)
    print(
        f"{'ms until answered and loaded':32} {FEW:>15,} {MANY:>17,} {'times':>6} {'queries':>8}"
        f" {'their ms':>9}"
    )
    for name, (answered, loaded, queries, spent) in many.items():
        before, loaded_before, *_ = few[name]
        times = max(answered / before, loaded / loaded_before)
        is_slow = spent > MOST_MS if name.startswith("search") else times > MOST_TIMES
        over = "  OVER" if is_slow or queries > MOST_QUERIES else ""
        print(
            f"{name:32} {before:7.1f} {loaded_before:7.1f} {answered:9.1f} {loaded:7.1f}"
            f" {times:6.2f} {queries:8} {spent:9.1f}{over}"
        )
