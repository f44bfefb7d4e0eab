"""The setting ``RETENTION``: what it may have, and why some of it may not be short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from stripe_django.conf import age_of, settings
from stripe_django.exceptions import RetentionError

A_DAY = timedelta(days=1)
# Stripe lists an event, and resends it manually, for 30 days: one that the inbox has forgotten
# would be taken for a new one.
INBOX_SHORTEST = timedelta(days=31)


BY_DEFAULT = gettext_noop("Retention is a matter of days: see the documentation.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what it is about, and how short it may be."""

    about: str
    shortest: timedelta = A_DAY
    reason: str = ""


ENTRIES: Mapping[str, Entry] = {
    "inbox": Entry(
        "inbox events that were applied or ignored",
        INBOX_SHORTEST,
        gettext_noop(
            "Stripe lists events for 30 days, and handlers would run twice for one that is"
            " forgotten."
        ),
    ),
    "bodies": Entry("bodies of inbox events that were ignored"),
    "handlers": Entry("records of handlers that are done"),
    "events": Entry("events, but for the last one of each object before that"),
    "last_events": Entry("the last event of an object that has not changed since"),
    "runs": Entry("runs of stripe_sync that ended"),
    "verifications": Entry("results of stripe_verify and stripe_reconcile"),
    "changes": Entry("changes in the change feed"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    hint: str


def problems() -> Iterator[Problem]:
    """What is wrong with the setting."""
    given = settings.get("RETENTION")
    if not isinstance(given, dict):
        yield Problem(
            _("RETENTION is of type %(type)s, not a dictionary.") % {"type": type(given).__name__},
            _('Write {"inbox": 60, "events": 60}: days, by what is kept for so long.'),
        )
        return
    for name, value in given.items():
        found = _problem(name, value)
        if found:
            yield found
    yield from _order(given)


def _problem(name: Any, value: Any) -> Problem | None:
    entry = ENTRIES.get(name)
    if entry is None:
        near = get_close_matches(str(name).lower(), ENTRIES, n=1)
        hint = (
            _("Did you mean %(near)r?") % {"near": near[0]}
            if near
            else _("It may have %(names)s.") % {"names": ", ".join(ENTRIES)}
        )
        return Problem(_("RETENTION has the unknown entry %(name)r.") % {"name": name}, hint)
    if isinstance(value, bool) or not isinstance(value, int | timedelta):
        return Problem(
            _("RETENTION[%(name)r] is of type %(type)s.")
            % {"name": name, "type": type(value).__name__},
            _("It is a whole number of days, or a timedelta; leave it out to keep everything."),
        )
    age = age_of(value)
    if age is None or age < entry.shortest:
        hint = _(entry.reason or BY_DEFAULT)
        days = entry.shortest.days
        shortest = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        return Problem(
            _("RETENTION[%(name)r] is shorter than %(shortest)s.")
            % {"name": name, "shortest": shortest},
            hint,
        )
    return None


def _order(given: Mapping[Any, Any]) -> Iterator[Problem]:
    if "last_events" not in given:
        return
    last, events = age_of(given["last_events"]), age_of(given.get("events"))
    if "events" not in given or (last and events and last < events):
        yield Problem(
            _("RETENTION['last_events'] is shorter than RETENTION['events']."),
            _("It is for what is left of the events after that time: make it as long, or longer."),
        )


def in_force() -> Mapping[str, timedelta]:
    """How long what is kept; raises ``RetentionError`` if the setting is wrong."""
    for problem in problems():
        raise RetentionError(f"{problem.message} {problem.hint} " + _("Nothing was pruned."))
    return settings.retention
