"""The span of one request to Stripe, which also measures it."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_django import telemetry
from stripe_django.telemetry import metrics, names

from .url_template import url_template

ERROR = 400


def request_span(method: str, url: str) -> telemetry.Span:
    if not telemetry.is_installed:
        return telemetry.NOTHING
    attributes = {names.METHOD: method.upper(), names.URL_TEMPLATE: url_template(url)}
    return telemetry.span(names.REQUEST, attributes, metrics.REQUEST_DURATION)


def ended(
    span: telemetry.Span,
    status: int,
    headers: Mapping[str, str],
    error: Exception | None = None,
) -> None:
    """Note the response, or the error instead of one; then ``status`` is 0."""
    if status:
        span.set(names.STATUS_CODE, status)
    if request_id := headers.get("Request-Id") or headers.get("request-id"):
        span.set(names.REQUEST_ID, request_id)
    if error is not None:
        span.fail(error)
    elif status >= ERROR:
        span.fail(str(status))
