"""What the admin does at Stripe or with events.

This module needs Stripe's SDK, which takes most of a second to import. So the admin, which every
start of a project imports, gets it from ``AppConfig.operations`` when a person chooses an action.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stripe_django import sync
from stripe_django.api import request_limit
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Event, HandlerRun, Payout
from stripe_django.sync import home
from stripe_django.sync.events import backlog, poller, retry
from stripe_django.sync.events.retry import Retried
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.mapping import reconstruct
from stripe_django.verification.balance import payouts
from stripe_django.verification.balance.payouts import payout_said


def refresh(row: Any) -> str:
    """Read an object again; return why it could not be read, empty if it was."""
    try:
        sync.refresh(row)
    except (StripeDjangoError, LookupError, ObjectDoesNotExist) as error:
        return str(error)
    except stripe.StripeError as error:
        return str(_("Stripe refused: %s") % (error.user_message or error))
    return ""


def poll(account: str) -> str:
    """Apply the events of an account that are not here; return why that failed, empty if not."""
    try:
        with request_limit.request_limit():
            poller.poll(account)
    except StripeDjangoError as error:
        return str(error)
    except stripe.StripeError as error:
        return str(_("Stripe refused: %s") % (error.user_message or error))
    return ""


def apply(event: Event) -> str:
    """Apply an event that was read in a list; return what failed, empty if nothing did."""
    failures = sync.apply(event.to_stripe(), account=event.stripe_account or "").failures
    return str(failures[0]) if failures else ""


def retry_events(event_ids: QuerySet[Any] | Sequence[str]) -> Retried:
    """Retry what is not applied of these events, and their handlers that are not done."""
    return retry.run(backlog.unfinished(event_ids))


def replay_events(event_ids: QuerySet[Any] | Sequence[str]) -> Retried:
    """Apply again those of these events that were applied."""
    return retry.run(backlog.finished(event_ids))


def retry_runs(runs: QuerySet[HandlerRun]) -> Retried:
    """Run handlers again that are not done."""
    return retry.run(backlog.of_runs(runs))


def reconcile(rows: Sequence[Payout]) -> tuple[int, list[str]]:
    """Compare payouts with their transactions; return how many are right, and what is wrong."""
    right, wrong = 0, []
    for payout in rows:
        try:
            writer = PageWriter.for_account(payout.stripe_account or "", payout._state.db or "")
            found = payouts.check(writer, payout)
        except StripeDjangoError as error:
            wrong.append(f"{payout.stripe_id}: {error}")
        except stripe.StripeError as error:
            wrong.append(str(_("Stripe refused: %s") % (error.user_message or error)))
        else:
            right += found.is_right
            wrong += [] if found.is_right else [payout_said(found.document)]
    return right, list(dict.fromkeys(wrong))


def snapshot(row: Any, event: Event) -> Any:
    """The object as it was at one of its events; raises ``PayloadError`` if that has none."""
    return reconstruct.past(row, event, home=home.of_payload(row._state.db, None))
