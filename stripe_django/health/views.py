"""The health page, for uptime monitors."""

from __future__ import annotations

import binascii
from base64 import b64decode

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stripe_django.conf import settings

from .measurement import report

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Stripe", Basic realm="Stripe"'}
HEALTHY, UNAUTHORIZED, UNHEALTHY = 200, 401, 503


@login_not_required
@transaction.non_atomic_requests
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """What ``stripe_status`` shows, as JSON: 200 if the mirror is healthy, and 503 if it is not.

    The token is in the header ``Authorization``: ``Bearer`` and the token, or ``Basic`` with any
    user and the token as the password. 401 without it, 404 if the settings have none.
    """
    if not settings.health_token:
        return HttpResponseNotFound("There is no such page.")
    if not _is_authorized(request.headers.get("Authorization", "")):
        said = "The token is missing or wrong."
        return HttpResponse(said, status=UNAUTHORIZED, headers=CHALLENGE)
    found = report()
    status = HEALTHY if found.is_healthy else UNHEALTHY
    return JsonResponse(found.document(), status=status)


def _is_authorized(header: str) -> bool:
    """In a time that does not depend on how much of the token is right."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    elif scheme.lower() != "bearer":
        given = ""
    return constant_time_compare(given.strip(), settings.health_token)


def _password(encoded: str) -> str:
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
