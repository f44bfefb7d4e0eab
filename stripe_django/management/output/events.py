"""The output of ``stripe_events``, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from stripe_django.management.poll_loop import Round
from stripe_django.sync import relist
from stripe_django.sync.events import poller
from stripe_django.sync.events.backlog import WorkFailure
from stripe_django.sync.events.poller import Poll

SHOWN = 20
OWN = gettext_noop("own account")


def document(done: Round) -> dict[str, Any]:
    return {
        "polls": [
            {
                "account": poll.account,
                "listed": poll.read,
                "stored": dict(poll.statuses),
                "missed_since": poll.missed_since and poll.missed_since.isoformat(),
            }
            for poll in done.polls
        ],
        "relisted": {
            run.model.stripe.object_name: {
                "status": run.status,
                "read": run.read,
                "error": run.error,
            }
            for run in done.relisted
        },
        "errors": done.errors,
    }


def text(done: Round) -> str:
    shown = [poll for poll in done.polls if poll.statuses or len(done.polls) <= SHOWN]
    lines = [
        _("%(account)s: %(read)s listed, %(missing)s")
        % {
            "account": poll.account or _(OWN),
            "read": intcomma(poll.read),
            "missing": _missing(poll),
        }
        for poll in shown
    ]
    if quiet := len(done.polls) - len(shown):
        lines.append(_("%(quiet)s other accounts: none was missing") % {"quiet": intcomma(quiet)})
    for run in done.relisted:
        error = f" ({run.error})" if run.error else ""
        lines.append(
            _("%(object_name)s: %(read)s listed again")
            % {"object_name": run.model.stripe.object_name, "read": intcomma(run.read)}
            + error
        )
    return "\n".join(lines)


def account_errors(done: Round) -> str:
    """Why accounts could not be polled; how many, if there are several."""
    number = len(done.errors)
    total = number + len(done.polls)
    heading = _("%(number)s of %(total)s accounts could not be polled:") % {
        "number": intcomma(number),
        "total": intcomma(total),
    }
    return "\n".join([*([heading] if total > 1 else []), *_error_lines(done)])


def _error_lines(done: Round) -> list[str]:
    """Your own account has no name."""
    return [f"{name}: {error}" if name else error for name, error in done.errors.items()]


def _missing(poll: Poll) -> str:
    if not poll.statuses:
        return _("none was missing")
    count = poll.statuses.total()
    text = ngettext(
        "%(count)s was missing: %(statuses)s", "%(count)s were missing: %(statuses)s", count
    )
    return text % {"count": intcomma(count), "statuses": _counted(poll.statuses)}


def warnings(done: Round) -> Iterator[str]:
    """What has to be done soon, or now."""
    for poll in done.polls:
        name = poll.account or _(OWN)
        if poll.missed_since:
            yield _missed(name, poll)
        elif poll.age >= poller.NEAR:
            yield (
                _(
                    "%(name)s: the last poll was %(days)s days ago. Stripe lists events for"
                    " %(horizon_days)s days; after that, some would be lost."
                )
                % {"name": name, "days": poll.age.days, "horizon_days": poller.HORIZON.days}
            )
        for source in poll.unlisted:
            yield _("%(name)s: %(path)s cannot be listed with this key, and was skipped.") % {
                "name": name,
                "path": source.path,
            }


def _missed(name: str, poll: Poll) -> str:
    assert poll.missed_since is not None
    objects = ", ".join(model.stripe.object_name for model in relist.missed_objects())
    owned = ", ".join(model.stripe.object_name for model in relist.missed_by_owner())
    lost = _(
        "%(name)s: Stripe no longer lists all events since %(missed_since)s UTC. The objects have"
        " to be listed again, with --relist: %(objects)s."
    ) % {
        "name": name,
        "missed_since": f"{poll.missed_since:%Y-%m-%d %H:%M}",
        "objects": objects,
    }
    if not owned:
        return lost
    rest = _("stripe_sync --children lists those of each parent: %(owned)s.") % {"owned": owned}
    return f"{lost} {rest}"


def counts(found: Mapping[str, Mapping[str, int]]) -> str:
    return "\n".join(f"{kind}: {_counted(counted)}" for kind, counted in found.items())


def _counted(counted: Mapping[str, int]) -> str:
    shown = [f"{intcomma(count)} {status}" for status, count in sorted(counted.items()) if count]
    return ", ".join(shown) or _("none")


def backlog_document(
    found: Mapping[str, Mapping[str, int]], failures: Iterable[WorkFailure]
) -> dict[str, Any]:
    documents = [asdict(failure) for failure in failures]
    for failure in documents:
        again = failure["next_attempt_at"]
        failure["next_attempt_at"] = again and again.isoformat()
    return {**found, "failures": documents}


def failure_lines(failures: Iterable[WorkFailure]) -> Iterator[str]:
    hidden = 0
    for number, failure in enumerate(failures):
        if number < SHOWN:
            yield _line(failure)
        else:
            hidden += 1
    if hidden:
        yield _("and %(hidden)s more; --json lists all") % {"hidden": intcomma(hidden)}


def _line(failure: WorkFailure) -> str:
    """In one line; of a traceback, the last one says most."""
    reason = (failure.reason.strip().splitlines() or [""])[-1]
    about = f" {failure.event_id}" if failure.event_id else ""
    again = failure.next_attempt_at
    tried = _("%(count)s attempts") % {"count": failure.attempts}
    if again:
        tried = _("%(count)s attempts, again at %(time)s UTC") % {
            "count": failure.attempts,
            "time": f"{again:%Y-%m-%d %H:%M:%S}",
        }
    return f"{failure.status} {failure.kind} {failure.name}{about} ({tried}): {reason}"
