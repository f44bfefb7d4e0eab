"""What the progress shows, and when an estimate of the time left means something."""

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from stripe_django.management import progress as module
from stripe_django.management.progress import LineProgress
from stripe_django.models import Charge, Coupon, Customer, Event, Invoice, Payout, Price, Product
from stripe_django.sync.backfill.list_endpoints import Listing
from stripe_django.sync.backfill.partitions import TimeRange
from stripe_django.sync.backfill.progress import ObjectRun, Status
from stripe_django.sync.events.poller import Poll
from stripe_django.sync.writer.report import Failure

START = 1_700_000_000


@pytest.fixture
def clock(monkeypatch):
    """Seconds since the beginning, as a list of one."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def shown(clock):
    return LineProgress(OutputWrapper(StringIO()))


def reading(shown, read, start=None):
    """A run of charges, of which the newest 100 seconds had one each."""
    span = TimeRange(Listing(None, Charge), start=start, reached=START, density=1.0)
    run = ObjectRun(Charge, read=read, partitions=[span])
    shown.began(run)
    return run


def estimate(shown):
    return [each for each in shown.speed() if "left" in each]


def test_an_estimate(shown, clock):
    reading(shown, 500, start=START - 1_000)
    clock[0] = 10.0
    assert estimate(shown) == ["about 0:00:20 left"]


@pytest.mark.parametrize(
    ("seconds", "read", "start"),
    [
        (9.0, 500, START - 1_000),  # the speed of the first requests
        (60.0, 100, START - 1_000),  # less than a tenth is read
        (60.0, 500, None),  # nobody knows how far back the list goes
    ],
)
def test_no_estimate_before_it_means_something(seconds, read, start, shown, clock):
    reading(shown, read, start=start)
    clock[0] = seconds
    assert estimate(shown) == []


def test_no_estimate_while_the_size_of_any_list_is_unknown(shown, clock):
    reading(shown, 500, start=START - 1_000)
    reading(shown, 500)
    clock[0] = 60.0
    assert estimate(shown) == []


def ended(shown, model, **values):
    run = ObjectRun(model, **{"status": Status.DONE} | values)
    shown.began(run)
    shown.ended(run)
    return run


def lines(shown):
    shown.finish()
    return shown.stream.getvalue().splitlines()


def test_what_is_empty_shares_one_line(shown):
    for model in (Charge, Coupon, Customer, Invoice, Payout, Price, Product):
        ended(shown, model, read=0 if model is not Charge else 3)
    assert lines(shown) == [
        "charge: 3",
        "6 lists are empty: coupon, customer, invoice, payout, price and 1 more",
    ]


def test_what_failed_or_is_unavailable_is_not_empty(shown):
    ended(shown, Charge, status=Status.FAILED, error="Pay first.")
    ended(shown, Coupon, status=Status.UNAVAILABLE)
    broken = ObjectRun(Customer, Status.DONE)
    broken.report.fail(Failure("customer", "cus_1", "no longer listed"))
    shown.began(broken)
    shown.ended(broken)
    assert lines(shown) == ["charge: failed (Pay first.)", "customer: 0"]


def test_what_is_read_twice_is_empty_if_both_are(shown):
    for model, read in ((Charge, 0), (Charge, 3), (Coupon, 0), (Coupon, 0)):
        ended(shown, model, read=read)
    assert lines(shown) == ["charge: 3", "1 list is empty: coupon"]


def test_a_poll_is_no_list(shown):
    """It lists the events since the last one, and there are usually none."""
    poll = Poll(Event, Status.DONE)
    shown.began(poll)
    shown.ended(poll)
    assert lines(shown) == []


def test_what_was_listed_in_part_is_not_called_empty(shown):
    for model, start in ((Charge, START), (Coupon, None), (Invoice, START)):
        whole = Listing(None, model)
        ended(shown, model, partitions=[TimeRange(whole, start=start, is_done=True)])
    assert lines(shown) == ["1 list is empty: coupon", "2 lists have nothing new: charge, invoice"]


def test_one_that_is_empty(shown):
    ended(shown, Coupon)
    assert lines(shown) == ["1 list is empty: coupon"]
