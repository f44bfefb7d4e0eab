"""The endpoint that Stripe posts events to."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any, NoReturn

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stripe_django import migration_state, statistics, tasks
from stripe_django.api import request_limit
from stripe_django.conf import settings
from stripe_django.exceptions import ErasureKeyError, PayloadError, PrivacyError
from stripe_django.privacy.error_text import log_exception
from stripe_django.sync.events import enqueue, envelope, receive, retry
from stripe_django.sync.writer.report import printable

from . import signature

LARGEST = 1_000_000  # bytes; Stripe's events are far smaller
STORED = "stored"
STATISTICS_SECONDS = 0.4  # of those that a request may be kept
TASK_SECONDS = 60.0

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Store a genuine event, and apply it or have it applied.

    200 once it is stored, whatever comes of it then; 400 for what is not Stripe's or is no event,
    413 for what is too large to be one; 503 if it could not be stored, so that Stripe sends it
    again.
    """
    try:
        body = _body_of(request)
        delivery = signature.delivery(body, request.headers.get("Stripe-Signature", ""))
        if delivery is None:
            return HttpResponseBadRequest("not signed with a secret that is known here")
        received = receive.receive(_event(body), **delivery._asdict())
    except RequestDataTooBig:
        return HttpResponse("too large", status=413)
    except (ValueError, RecursionError):
        return HttpResponseBadRequest("not an event")
    except (DatabaseFailure, ErasureKeyError, PrivacyError):
        _log_failure()
        return HttpResponse("not stored", status=503)
    _follow_up(received)
    return HttpResponse(STORED)


def _body_of(request: HttpRequest) -> str:
    """The body as text; raises ``RequestDataTooBig``, before it is read if the header says so."""
    length = int(request.headers.get("Content-Length") or 0)
    if length > LARGEST or len(request.body) > LARGEST:
        raise RequestDataTooBig
    return request.body.decode()


def _event(body: str) -> dict[str, Any]:
    """The event in a body; raises ``ValueError`` for anything else."""
    try:
        event = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except ArithmeticError:  # an exponent that no Decimal has
        raise PayloadError("The body has a number that cannot be read.") from None
    if not isinstance(event, dict) or event.get("object") not in envelope.OBJECT_NAMES:
        raise PayloadError("The body is no event.")
    return event


def _refuse(constant: str) -> NoReturn:
    raise PayloadError(f"{constant} is no JSON.")


def _log_failure() -> None:
    """The error that is being handled; one sentence, if migrations are its cause."""
    try:
        is_pending = migration_state.is_pending()
    except DatabaseFailure:  # for which the same holds as for the first one
        is_pending = False
    if is_pending:
        logger.error("An event could not be stored. %s", migration_state.HINT)
    else:
        log_exception(logger, "An event could not be stored.")


def _follow_up(received: receive.Received) -> None:
    """Do what is left to do; the event is stored, so nothing here can lose it."""
    try:
        with request_limit.request_limit():
            receive.run_followups(received)
            _retry_due()
    except Exception:  # also of a task backend, which may raise anything
        event_id = printable(received.event_id)
        log_exception(logger, "Event %s is stored and will be retried.", event_id)


def _retry_due() -> None:
    """Now and then, have a task retry what is due; do it here if no command does it either."""
    if not retry.is_turn():
        return
    if settings.tasks:
        enqueue.run(tasks.retry_due, TASK_SECONDS)
    elif not retry.is_scheduled():
        retry.run_due(seconds=retry.REQUEST_SECONDS - STATISTICS_SECONDS)
        quick = statistics.QUICK
        statistics.keep(seconds=STATISTICS_SECONDS, every=statistics.EVERY, parts=quick)
