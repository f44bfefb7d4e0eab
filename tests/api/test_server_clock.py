"""When a read was true at Stripe, by clocks of which any may be wrong."""

import logging
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from stripe_django.api.server_clock import Clock
from stripe_django.sync.writer.intervals import Interval

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = 86_400, 3_600, 60


def http_date(seconds):
    return (NOON + timedelta(seconds=int(seconds))).strftime("%a, %d %b %Y %H:%M:%S GMT")


def since_noon(moment):
    return (moment - NOON).total_seconds()


class Reads:
    """Reads of a server whose clock stands at noon when the monotonic one stands at ``zero``.

    This machine's clock is ``ahead`` of the server's. ``at`` is the time since noon.
    """

    def __init__(self, zero=0.0, ahead=0.0):
        self.zero, self.ahead, self.at = zero, ahead, 0.0
        self.clock = Clock(
            lambda: self.zero + self.at, lambda: NOON.timestamp() + self.at + self.ahead
        )

    def read(self, started, ended, *, date=None):
        """The interval, in seconds since noon, and the clock with the moments on it."""
        self.at = ended
        dated = http_date(ended if date is None else date)
        found = self.clock.read_time(dated, self.zero + started, self.zero + ended)
        return since_noon(found.start), since_noon(found.end), found.clock


def test_a_read_is_true_between_the_start_of_the_request_and_the_second_of_its_date():
    start, end, _ = Reads().read(10.9, 11.3)
    assert (start, end) == (pytest.approx(10.6), pytest.approx(11.0))


def test_a_better_bound_is_kept():
    reads = Reads(zero=5000)
    first = reads.read(10.0, 10.95)
    better = reads.read(11.0, 11.02)
    later = reads.read(11.5, 11.95)
    assert better[:2] == (pytest.approx(10.98), pytest.approx(11.0))
    assert later[:2] == (pytest.approx(11.48), pytest.approx(11.93))
    clock = first[2].partition("@")[0]
    assert [each[2] for each in (first, better, later)] == [
        f"{clock}@{microseconds(5010.0)}:{microseconds(5010.95)}",
        f"{clock}@{microseconds(5011.0)}:{microseconds(5011.02)}",
        f"{clock}@{microseconds(5011.5)}:{microseconds(5011.95)}",
    ]


def interval(start, end, clock):
    start, end = (NOON + timedelta(seconds=each) for each in (start, end))
    return Interval(end, start, "read", clock)


def microseconds(seconds):
    return f"{round(seconds * 1e6):x}"


@pytest.mark.parametrize("slowest", [0.2, 5.0])
def test_the_interval_holds_and_the_order_is_right_whatever_the_delays(slowest):
    draw, reads, now, last = Random(1), Reads(zero=-300), 0.0, None
    for _ in range(500):
        taken = now + draw.uniform(0, slowest)
        sent = taken + draw.uniform(0, slowest)
        ended = sent + draw.uniform(0, slowest)
        start, end, clock = reads.read(now, ended, date=sent)
        assert start - 1e-6 <= taken < int(sent) + 1
        assert int(end) == int(sent)
        found = interval(start, end, clock)
        assert last is None or last.precedes(found, exactly=True)
        last, now = found, ended + 0.001


def test_reads_of_two_threads_overlap_as_their_requests_did():
    reads = Reads()
    reads.read(0.5, 1.0)
    reads.read(1.1, 1.2, date=1)
    one, other = reads.read(1.3, 1.6, date=1), reads.read(1.5, 1.7, date=1)
    first, second = interval(*one), interval(*other)
    assert first.overlaps(second, exactly=True)
    assert other[0] < one[1] < other[1]


def needs_another(reads):
    return not reads.clock.has_estimate


@pytest.mark.parametrize("ahead", [-HOUR, HOUR, 5 * HOUR])
def test_two_dates_beat_a_machine_whose_clock_is_wrong(ahead, caplog):
    reads = Reads(ahead=ahead)
    reads.read(10.0, 10.1)
    assert needs_another(reads)
    with caplog.at_level(logging.WARNING):
        start, end, _ = reads.read(10.2, 10.3)
    assert 9.0 < start <= 10.2
    assert int(end) == 10
    assert not needs_another(reads)
    assert reads.clock.has_wrong_machine_clock
    assert "behind" in caplog.text if ahead < 0 else "ahead" in caplog.text


@pytest.mark.parametrize("wrong", [-DAY, DAY, -HOUR, HOUR])
def test_a_first_date_that_is_wrong_is_not_believed(wrong):
    reads = Reads()
    reads.read(10.0, 10.1, date=10 + wrong)
    assert needs_another(reads)
    start, end, _ = reads.read(10.2, 10.3)
    assert 9.0 < start <= 10.2
    assert int(end) == 10
    assert not reads.clock.has_wrong_machine_clock


@pytest.mark.parametrize("wrong", [-DAY, DAY, -HOUR, HOUR, 30, -30, 4 * MINUTE])
@pytest.mark.parametrize("ahead", [0, 2, -40, 5 * HOUR, -5 * HOUR])
def test_a_later_date_that_is_wrong_changes_nothing(wrong, ahead):
    """Within minutes, its read may have been at either time; the next ones are right again."""
    reads = Reads(ahead=ahead)
    for second in (10, 11):
        reads.read(second, second + 0.1)
    start, end, _ = reads.read(12.0, 12.1, date=12 + wrong)
    assert start <= 12.1
    assert int(end) + 1 >= 12.0
    assert end - 12 < 5 * MINUTE
    for second in (13, 14):
        start, end, _ = reads.read(second, second + 0.1)
        assert second - 1 <= start <= second
        assert int(end) == second


@pytest.mark.parametrize("wrong", [30, 4 * MINUTE, -30])
def test_a_first_date_that_is_a_little_wrong_is_forgotten_after_two_others(wrong):
    reads = Reads()
    reads.read(10.0, 10.1, date=10 + wrong)
    for second in (11, 12, 13):
        found = reads.read(second, second + 0.1)
        assert found[0] <= second + 0.1
        assert int(found[1]) + 1 >= second
    assert found[:2] == (pytest.approx(12.9), pytest.approx(13.0))


def test_a_monotonic_clock_that_stood_still_is_forgotten():
    """As that of a machine which slept for a night."""
    reads = Reads()
    reads.read(10.0, 10.1)
    reads.zero -= 8 * HOUR
    start, end, _ = reads.read(8 * HOUR + 10.0, 8 * HOUR + 10.1)
    assert (start, int(end)) == (pytest.approx(8 * HOUR + 9.9), 8 * HOUR + 10)


@pytest.mark.parametrize(
    ("off", "undecided"), [(DAY, True), (-HOUR, True), (4 * MINUTE, False), (0, False)]
)
def test_a_first_date_far_from_the_machines_clock_may_be_right_or_wrong(off, undecided):
    reads = Reads()
    date = http_date(10 + off)
    reads.read(10.0, 10.1, date=10 + off)
    assert reads.clock.is_undecided(date) is undecided
    reads.read(10.2, 10.3, date=10 + off)
    assert not reads.clock.is_undecided(date)


@pytest.mark.parametrize("off", [-4 * MINUTE, 0, 4 * MINUTE])
def test_the_date_of_a_response_that_is_handed_in_is_plausible(off):
    assert Reads().clock.is_plausible(NOON + timedelta(seconds=off))


@pytest.mark.parametrize("off", [-DAY, -HOUR, HOUR, DAY])
def test_one_that_only_the_machine_contradicts_is_plausible_once_another_agrees(off):
    clock = Reads().clock
    date = NOON + timedelta(seconds=off)
    assert not clock.is_plausible(date)
    assert clock.is_plausible(date)


def test_one_that_the_estimate_contradicts_is_not():
    reads = Reads(ahead=HOUR)
    reads.read(10.0, 10.1)
    reads.read(10.2, 10.3)
    assert reads.clock.is_plausible(NOON)
    assert not reads.clock.is_plausible(NOON + timedelta(seconds=DAY))


def test_now():
    reads = Reads(ahead=2)
    assert reads.clock.now() is None
    assert since_noon(reads.clock.best_now()) == 2
    reads.read(10.0, 10.1)
    assert since_noon(reads.clock.now()) == pytest.approx(10.0)
    assert reads.clock.best_now() == reads.clock.now()


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Wed, 04 Mar 2026 25:00:00 GMT", "Wed, 04 Mar 20260 12:00:00"]
)
def test_a_date_that_is_none(date):
    assert Reads().clock.read_time(date, 1.0, 2.0) is None


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_a_date_is_of_greenwich(zone, settings):
    settings.TIME_ZONE = "Asia/Kathmandu"
    found = Reads(zero=5.0).clock.read_time(f"Wed, 04 Mar 2026 12:00:00 {zone}".strip(), 5.0, 5.0)
    assert found.end == NOON
    assert found.end.tzinfo is UTC


@pytest.mark.parametrize("ahead", [0, 5 * HOUR, -2 * HOUR])
@pytest.mark.parametrize("wrong", [40, -40, HOUR])
def test_of_three_dates_the_two_that_agree_are_believed(wrong, ahead):
    reads = Reads(ahead=ahead)
    reads.read(10.0, 10.1, date=10 + wrong)
    for second in (11, 12):
        if needs_another(reads):
            reads.read(second, second + 0.1)
    assert not needs_another(reads)
    start, end, _ = reads.read(13, 13.1)
    assert (start, int(end)) == (pytest.approx(12.9), 13)
