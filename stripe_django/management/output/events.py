"""The output of ``stripe_events``, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from stripe_django.management.poll_loop import Round
from stripe_django.sync import relist
from stripe_django.sync.events import poller
from stripe_django.sync.events.backlog import WorkFailure
from stripe_django.sync.events.poller import Poll

SHOWN = 20
OWN = "own account"


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
    lines = [f"{poll.account or OWN}: {poll.read:,} listed, {_missing(poll)}" for poll in shown]
    if quiet := len(done.polls) - len(shown):
        lines.append(f"{quiet:,} other accounts: none was missing")
    for run in done.relisted:
        error = f" ({run.error})" if run.error else ""
        lines.append(f"{run.model.stripe.object_name}: {run.read:,} listed again{error}")
    return "\n".join(lines)


def account_errors(done: Round) -> str:
    """Why accounts could not be polled; how many, if there are several."""
    number = len(done.errors)
    total = number + len(done.polls)
    heading = [f"{number:,} of {total:,} accounts could not be polled:"] if total > 1 else []
    return "\n".join([*heading, *_error_lines(done)])


def _error_lines(done: Round) -> list[str]:
    """Your own account has no name."""
    return [f"{name}: {error}" if name else error for name, error in done.errors.items()]


def _missing(poll: Poll) -> str:
    if not poll.statuses:
        return "none was missing"
    count = poll.statuses.total()
    return f"{count:,} {'was' if count == 1 else 'were'} missing: {_counted(poll.statuses)}"


def warnings(done: Round) -> Iterator[str]:
    """What has to be done soon, or now."""
    for poll in done.polls:
        name = poll.account or OWN
        if poll.missed_since:
            yield _missed(name, poll)
        elif poll.age >= poller.NEAR:
            yield (
                f"{name}: the last poll was {poll.age.days} days ago. Stripe lists events for"
                f" {poller.HORIZON.days} days; after that, some would be lost."
            )
        for source in poll.unlisted:
            yield f"{name}: {source.path} cannot be listed with this key, and was skipped."


def _missed(name: str, poll: Poll) -> str:
    assert poll.missed_since is not None
    objects = ", ".join(model.stripe.object_name for model in relist.missed_objects())
    owned = ", ".join(model.stripe.object_name for model in relist.missed_by_owner())
    rest = f" stripe_sync --children lists those of each parent: {owned}." if owned else ""
    return (
        f"{name}: Stripe no longer lists all events since {poll.missed_since:%Y-%m-%d %H:%M} UTC."
        f" The objects have to be listed again, with --relist: {objects}.{rest}"
    )


def counts(found: Mapping[str, Mapping[str, int]]) -> str:
    return "\n".join(f"{kind}: {_counted(counted)}" for kind, counted in found.items())


def _counted(counted: Mapping[str, int]) -> str:
    shown = [f"{count:,} {status}" for status, count in sorted(counted.items()) if count]
    return ", ".join(shown) or "none"


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
        yield f"and {hidden:,} more; --json lists all"


def _line(failure: WorkFailure) -> str:
    """In one line; of a traceback, the last one says most."""
    reason = (failure.reason.strip().splitlines() or [""])[-1]
    about = f" {failure.event_id}" if failure.event_id else ""
    again = failure.next_attempt_at
    when = f", again at {again:%Y-%m-%d %H:%M:%S} UTC" if again else ""
    tried = f"{failure.attempts} attempts{when}"
    return f"{failure.status} {failure.kind} {failure.name}{about} ({tried}): {reason}"
