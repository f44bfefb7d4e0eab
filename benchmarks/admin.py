"""The admin's pages in Chromium with 1,000 rows of each kind, and with a million."""

import os
import statistics

from django.contrib.auth import get_user_model
from django.urls import reverse

from stripe_django.admin.pagination import LIMIT

from .admin_rows import ROWS, fill, sizes, values_of
from .chromium import CHROMIUM, opened

FEW, MANY = 1_000, int(os.environ.get("OBJECTS", 1_000_000))
ROUNDS = 5
PAGE = 100
MOST_QUERIES, MOST_TIMES = 15, 5
LISTED = [name for name in ROWS if name != "inboxevent"]


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
        yield f"{name} 77", of(name, "change")
    charges = changelist("charge")
    yield "charge 77 as of its event", of("charge", "as_of", "evt_77")
    yield "timeline of customer 77", of("customer", "timeline")
    yield "charges, failed", charges + "?status__exact=failed"
    yield "charges, no such status", charges + "?status__exact=pending"
    yield "charges of a customer", charges + "?customer=cus_7"
    yield "invoices, open", changelist("invoice") + "?status__exact=open"
    yield "customers, by e-mail", changelist("customer") + "?q=user77@example.com"
    yield "events of a type", changelist("event") + "?type=charge.succeeded"
    yield "inbox", changelist("inboxevent")
    yield "inbox, failed", changelist("inboxevent") + "?status__exact=failed"
    yield "runs", changelist("syncrun")
    yield "index", reverse("admin:index")
    yield "index of the app", reverse("admin:app_list", args=["stripe_django"])


def changelist(name):
    return reverse(f"admin:stripe_django_{name}_changelist")


def of(name, page, *more):
    return reverse(f"admin:stripe_django_{name}_{page}", args=["77", *more])


def measured(visit, address):
    """The medians of a page's times, and the most of its queries."""
    answered, loaded, queries = zip(*(visit(address) for _ in range(ROUNDS)), strict=True)
    return statistics.median(answered), statistics.median(loaded), max(queries)


def measured_pages(user, count):
    fill(sizes(count))
    with opened(user) as visit:
        return {name: measured(visit, address) for name, address in pages(count)}


def report():
    if CHROMIUM is None:
        print("SKIPPED, there is no chromium on this machine.")
        return
    user = get_user_model().objects.create_user("a", is_staff=True, is_superuser=True)
    few = measured_pages(user, FEW)
    many = measured_pages(user, MANY)
    print(f"{'ms until answered and loaded':32} {FEW:>15,} {MANY:>17,} {'times':>6} {'queries':>8}")
    for name, (answered, loaded, queries) in many.items():
        before, loaded_before, _ = few[name]
        times = max(answered / before, loaded / loaded_before)
        over = "  OVER" if times > MOST_TIMES or queries > MOST_QUERIES else ""
        print(
            f"{name:32} {before:7.1f} {loaded_before:7.1f} {answered:9.1f} {loaded:7.1f}"
            f" {times:6.2f} {queries:8}{over}"
        )
