"""What is measured: each indicator has a name, a default limit, and what to do beyond it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.conf import settings

MINUTE, DAY = 60.0, 86_400.0
SECONDS, ROWS, FACT = "seconds", "rows", ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of indicator: healthy up to ``limit``, if there is one, in seconds or rows.

    ``about`` says what is measured, ``advice`` what to do beyond the limit.
    """

    unit: str
    limit: float | None
    about: str
    advice: str

    @property
    def has_limit(self) -> bool:
        """Whether the setting ``HEALTH`` may have another limit; those of facts are fixed."""
        return self.unit != FACT


INDICATORS: Mapping[str, Kind] = {
    "database": Kind(
        FACT,
        None,
        gettext_noop("Whether the database responds."),
        gettext_noop(
            "Check that the database runs and that this process can reach it. Stripe"
            " delivers again for up to three days what it could not deliver."
        ),
    ),
    "schema": Kind(
        FACT,
        None,
        gettext_noop("Whether all migrations are applied."),
        gettext_noop("Run the command migrate."),
    ),
    "lag": Kind(
        SECONDS,
        10 * MINUTE,
        gettext_noop(
            "The time from the creation of the newest applied event at Stripe until it was"
            " applied here; judged for an hour after that."
        ),
        gettext_noop(
            "Look at the deliveries of the webhook endpoint in Stripe's dashboard: failed"
            " ones are sent again later. With tasks or APPLY_LATER, see that their processes"
            " run."
        ),
    ),
    "waiting": Kind(
        SECONDS,
        10 * MINUTE,
        gettext_noop("How long the oldest event that is not applied has been waiting."),
        gettext_noop(
            "See what it waits for with stripe_events list. Events that nobody applies need"
            " tasks, stripe_events apply --follow, or stripe_events retry from a scheduler."
        ),
    ),
    "backlog": Kind(
        ROWS,
        1_000,
        gettext_noop("How many events, runs of handlers and refetches are not done."),
        gettext_noop(
            "See what failed with stripe_events list. If there is simply too much, run"
            " stripe_events apply --follow, in several processes if need be."
        ),
    ),
    "dead_lettered": Kind(
        ROWS,
        0,
        gettext_noop("How many events, runs of handlers and refetches are no longer retried."),
        gettext_noop(
            "See why with stripe_events list, remove the cause, and run stripe_events retry"
            " --dead-lettered."
        ),
    ),
    "ambiguous": Kind(
        ROWS,
        100,
        gettext_noop("How many rows are ambiguous, by the last count of the statistics."),
        gettext_noop("Run stripe_sync --ambiguous, which reads them from Stripe."),
    ),
    "poll": Kind(
        SECONDS,
        2 * DAY,
        gettext_noop(
            "How old the last poll of Stripe's list of events is, of the account where it"
            " is oldest. Stripe lists an event for 30 days."
        ),
        gettext_noop(
            "Run stripe_events poll, and have a scheduler run it every hour; --all-accounts"
            " includes connected accounts. stripe_accounts list shows which ones Stripe"
            " refuses: renew their keys, or pause them."
        ),
    ),
    "missed": Kind(
        ROWS,
        0,
        gettext_noop("Of how many accounts events were lost, because no poll came in 30 days."),
        gettext_noop("Run stripe_events poll --relist, which lists the objects again."),
    ),
    "sync": Kind(
        SECONDS,
        2 * DAY,
        gettext_noop("How long ago the last stripe_sync of your own account succeeded."),
        gettext_noop(
            "Run stripe_sync, have a scheduler run it every night, and look at its runs in"
            " the admin."
        ),
    ),
    "verification": Kind(
        ROWS,
        0,
        gettext_noop(
            "How many differences from Stripe verifications have found and not repaired. A"
            " later one replaces an earlier one if it has compared at least as much, and"
            " succeeded."
        ),
        gettext_noop(
            "See them in the admin, and run stripe_verify --all --repair; stripe_reconcile"
            " --repair for balance transactions and payouts."
        ),
    ),
    "verified": Kind(
        SECONDS,
        None,
        gettext_noop("How long ago the last verification ended."),
        gettext_noop("Run stripe_verify, and have a scheduler run it every week."),
    ),
}


UNMEASURED = gettext_noop(
    "See what keeps the database busy, or has locked its tables, such as a migration."
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measurement. ``value`` is in seconds or rows, ``None`` if there is nothing to measure.

    ``limit`` is the one in force. ``details`` are for machines. One that ``is_measured`` not is
    unhealthy if it is judged, whatever the truth is.
    """

    name: str
    text: str
    value: float | None = None
    limit: float | None = None
    is_healthy: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)
    is_measured: bool = True

    @property
    def unit(self) -> str:
        return INDICATORS[self.name].unit

    @property
    def advice(self) -> str:
        """What to do; empty if nothing has to be done."""
        if self.is_healthy:
            return ""
        return _(INDICATORS[self.name].advice if self.is_measured else UNMEASURED)


# What measures some indicators together, by their names.
Measures = Mapping[tuple[str, ...], Callable[[], Iterable[Indicator]]]


def measured(
    name: str,
    value: float | None,
    text: str,
    details: Mapping[str, Any] = {},
    *,
    is_judged: bool = True,
) -> Indicator:
    """An indicator that is healthy up to the limit in force."""
    limit = limit_of(name)
    is_over = is_judged and value is not None and limit is not None and value > limit
    return Indicator(name, text, value, limit, not is_over, details)


def never(name: str, text: str) -> Indicator:
    """What has never happened, which is unhealthy unless the indicator is not judged."""
    limit = limit_of(name)
    return Indicator(name, text, None, limit, limit is None)


def unmeasured(name: str, reason: str) -> Indicator:
    """What could not be measured, which is unhealthy unless the indicator is not judged."""
    limit = limit_of(name)
    return Indicator(name, reason, None, limit, limit is None, is_measured=False)


def limit_of(name: str) -> float | None:
    """The project's, if it is one; a system check reports any other."""
    given = settings.health.get(name, INDICATORS[name].limit)
    return given if is_limit(given) else INDICATORS[name].limit


def is_limit(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (is_number and value >= 0)
