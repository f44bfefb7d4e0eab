"""The endpoint that Stripe posts events to."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stripe_django import exact_json, logs, migration_state, statistics, tasks, telemetry
from stripe_django.api import request_limit
from stripe_django.conf import settings
from stripe_django.exceptions import ErasureKeyError, PayloadError, PrivacyError
from stripe_django.sync.events import enqueue, envelope, receive, retry
from stripe_django.telemetry import metrics, names

from . import signature

LARGEST = 1_000_000  # bytes; Stripe's events are far smaller
STORED = "stored"
BAD_REQUEST, TOO_LARGE = 400, 413
STATISTICS_SECONDS = 0.4  # of those that a request may be kept
TASK_SECONDS = 60.0


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
    with telemetry.span(names.DELIVERY, duration=metrics.DELIVERY_DURATION) as span:
        response = _receive(request, span)
        span.set(names.STATUS_CODE, response.status_code)
        return response


def _receive(request: HttpRequest, span: telemetry.Span) -> HttpResponse:
    try:
        body = _body_of(request)
        delivery = signature.delivery(body, request.headers.get("Stripe-Signature", ""))
        received = receive.receive(_event(body, span), **delivery._asdict())
    except signature.UnverifiedError as error:
        return _refused(str(error))
    except RequestDataTooBig:
        return _refused("too large", TOO_LARGE)
    except (ValueError, RecursionError):
        return _refused("not an event")
    except (DatabaseFailure, ErasureKeyError, PrivacyError) as error:
        _log_failure(error)
        return HttpResponse("not stored", status=503)
    _follow_up(received)
    return HttpResponse(STORED)


def _refused(reason: str, status: int = BAD_REQUEST) -> HttpResponse:
    logs.DELIVERY_REFUSED(status=status, reason=reason)
    return HttpResponse(reason, status=status)


def _body_of(request: HttpRequest) -> str:
    """The body as text; raises ``RequestDataTooBig``, before it is read if the header says so."""
    length = int(request.headers.get("Content-Length") or 0)
    if length > LARGEST or len(request.body) > LARGEST:
        raise RequestDataTooBig
    return request.body.decode()


def _event(body: str, span: telemetry.Span) -> dict[str, Any]:
    """The event in a body; raises ``ValueError`` for anything else."""
    try:
        event = exact_json.decode(body, _refuse)
    except ArithmeticError:  # an exponent that no Decimal has
        raise PayloadError("The body has a number that cannot be read.") from None
    if not isinstance(event, dict) or event.get("object") not in envelope.OBJECT_NAMES:
        raise PayloadError("The body is no event.")
    span.set(names.EVENT_ID, str(event.get("id")))
    span.set(names.EVENT_TYPE, str(event.get("type")))
    return event


def _refuse(constant: str) -> NoReturn:
    raise PayloadError(f"{constant} is no JSON.")


def _log_failure(error: Exception) -> None:
    """The error; one sentence, if migrations are its cause."""
    try:
        is_pending = migration_state.is_pending()
    except DatabaseFailure:  # for which the same holds as for the first one
        is_pending = False
    if is_pending:
        logs.TABLES_OUT_OF_DATE(hint=migration_state.HINT)
    else:
        logs.EVENT_NOT_STORED(error)


def _follow_up(received: receive.Received) -> None:
    """Do what is left to do; the event is stored, so nothing here can lose it."""
    try:
        with request_limit.request_limit():
            receive.run_followups(received)
            _retry_due()
    except Exception as error:  # also of a task backend, which may raise anything
        logs.FOLLOW_UP_FAILED(error, event_id=received.event_id)


def _retry_due() -> None:
    """Now and then, have a task retry what is due; do it here if no command does it either."""
    if not retry.is_turn():
        return
    if settings.tasks:
        enqueue.run(tasks.retry_due, TASK_SECONDS)
    elif not retry.is_scheduled():
        retry.run_due(seconds=retry.REQUEST_SECONDS - STATISTICS_SECONDS)
        tasks.look_after(STATISTICS_SECONDS, parts=statistics.QUICK)
