"""``FOLLOW_SDK``: the same for calls of the SDK's modules, such as ``stripe.Customer.create()``."""

from __future__ import annotations

from functools import cache

import stripe

from stripe_django.api.observed_client import ObservedClient
from stripe_django.api.transport import LimitedClient
from stripe_django.conf import settings
from stripe_django.sync.responses import observer


def follow() -> None:
    """Put an observer around the HTTP client that the SDK's modules use."""
    if not isinstance(stripe.default_http_client, ObservedClient):
        stripe.default_http_client = observed(stripe.default_http_client)


def observed(given: stripe.HTTPClient | None) -> ObservedClient:
    """An observer around a client of the project's own, or else around one like the SDK's."""

    @cache  # made for the first request: the project may set a proxy after Django's start
    def made() -> stripe.HTTPClient:
        options = {"verify_ssl_certs": stripe.verify_ssl_certs, "proxy": stripe.proxy}
        return given or LimitedClient(settings.timeout, **options)

    return ObservedClient(made, observer.observe)
