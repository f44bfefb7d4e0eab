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

from stripe_django.exceptions import PayloadError
from stripe_django.sync.events import processor, receive, retry

from . import signature

LARGEST = 1_000_000  # bytes; Stripe's events are far smaller
STORED = "stored"

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
        sent_at = signature.sent_at(body, request.headers.get("Stripe-Signature", ""))
        if sent_at is None:
            return HttpResponseBadRequest("not signed with a secret that is known here")
        received = receive.receive(_event(body), sent_at=sent_at)
    except RequestDataTooBig:
        return HttpResponse("too large", status=413)
    except (ValueError, RecursionError):
        return HttpResponseBadRequest("not an event")
    except DatabaseFailure:
        logger.exception("An event could not be stored.")
        return HttpResponse("not stored", status=503)
    _go_on(received)
    return HttpResponse(STORED)


def _body_of(request: HttpRequest) -> str:
    """The body as text; raises ``RequestDataTooBig``, before it is read if the header says so."""
    length = int(request.headers.get("Content-Length") or 0)
    if length > LARGEST or len(request.body) > LARGEST:
        raise RequestDataTooBig
    return request.body.decode()


def _event(body: str) -> dict[str, Any]:
    """The event in a body; raises ``ValueError`` for anything else."""
    event = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    if not isinstance(event, dict) or event.get("object") not in processor.EVENTS:
        raise PayloadError("The body is no event.")
    return event


def _refuse(constant: str) -> NoReturn:
    raise PayloadError(f"{constant} is no JSON.")


def _go_on(received: receive.Received) -> None:
    """Do what is left to be done; the event is stored, so nothing here can lose it."""
    try:
        receive.go_on(received)
        retry.run_now_and_then()
    except Exception:  # also of a task backend, which may raise anything
        logger.exception("Event %s is stored, and will be tried again.", received.event_id)
