"""The names of attributes and spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# OpenTelemetry's own conventions have these.
METHOD = "http.request.method"
STATUS_CODE = "http.response.status_code"
URL_TEMPLATE = "url.template"
ERROR_TYPE = "error.type"

EVENT_ID = "stripe_django.event.id"
EVENT_TYPE = "stripe_django.event.type"
EVENTS = "stripe_django.events"
HANDLER = "stripe_django.handler"
INDICATOR = "stripe_django.indicator"
KIND = "stripe_django.kind"
OBJECT = "stripe_django.object"
OBJECTS = "stripe_django.objects"
OUTCOME = "stripe_django.outcome"
REQUEST_ID = "stripe_django.request.id"
ROWS = "stripe_django.rows"

ATTRIBUTES: Mapping[str, str] = {
    METHOD: "The method of the request, such as GET.",
    STATUS_CODE: "The HTTP status; absent if no response came.",
    URL_TEMPLATE: "The path with ``{id}`` in the place of ids, such as /v1/customers/{id}.",
    ERROR_TYPE: "The class of the error, such as ``RateLimitError``; absent without one.",
    EVENT_ID: "Stripe's id of the event.",
    EVENT_TYPE: "The type of the event, such as invoice.paid.",
    EVENTS: "How many events are applied together.",
    HANDLER: "Where the handler is defined: module and name.",
    INDICATOR: "The name of an indicator of the health page.",
    KIND: "events, handlers or refetches.",
    OBJECT: "The object as Stripe names it, such as charge.",
    OBJECTS: "How many objects a page has.",
    OUTCOME: "What became of it, such as applied, ignored or failed; dead-lettered is ``dead``.",
    REQUEST_ID: "Stripe's id of the request.",
    ROWS: "How many rows are written in one transaction.",
}


@dataclass(frozen=True, slots=True)
class SpanKind:
    about: str
    attributes: tuple[str, ...] = ()
    is_client: bool = False


DELIVERY = "stripe_django.delivery"
APPLY = "stripe_django.apply"
RUN_HANDLER = "stripe_django.run_handler"
PAGE = "stripe_django.page"
REQUEST = "stripe_django.request"
WRITE = "stripe_django.write"

SPANS: Mapping[str, SpanKind] = {
    DELIVERY: SpanKind(
        "One POST to the webhook endpoint, with all that is done before the response.",
        (EVENT_ID, EVENT_TYPE, STATUS_CODE),
    ),
    APPLY: SpanKind(
        "One transaction that applies an event, or many of them.",
        (EVENT_ID, EVENT_TYPE, EVENTS, OUTCOME),
    ),
    RUN_HANDLER: SpanKind(
        "One attempt of one handler for one event.", (HANDLER, EVENT_ID, OUTCOME)
    ),
    PAGE: SpanKind(
        "One page of a list, with waits for the rate limit and retries.", (URL_TEMPLATE, OBJECTS)
    ),
    REQUEST: SpanKind(
        "One request to Stripe, without waits.",
        (METHOD, URL_TEMPLATE, STATUS_CODE, REQUEST_ID),
        is_client=True,
    ),
    WRITE: SpanKind("The statements that write rows in one transaction.", (ROWS,)),
}
