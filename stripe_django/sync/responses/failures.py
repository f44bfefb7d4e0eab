"""Responses that are errors, and those that never came: Stripe may have done something anyway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import router

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.conf import settings
from stripe_django.models import Event
from stripe_django.models.base import StripeModel
from stripe_django.sync import open_writes
from stripe_django.sync.mapping.identity import Namespace, is_id
from stripe_django.sync.open_writes import Written

from . import addresses
from .origin import origin_of

PAYMENT_REQUIRED, SERVER_ERROR = 402, 500


def may_have_changed(sent: SentRequest, response: Response) -> bool:
    """Whether Stripe may have done something, although the response is an error or none came."""
    if sent.is_read:
        return False
    is_unknown = response.error is not None or response.status >= SERVER_ERROR
    return is_unknown or response.status == PAYMENT_REQUIRED


def read_later(sent: SentRequest, response: Response) -> None:
    """Queue what the request may have changed to be read."""
    named = dict.fromkeys(_named(sent, response))
    if not named:
        return
    using = router.db_for_write(Event)
    mine, account = origin_of(sent, None, using)
    namespace = Namespace(account, mine.livemode, is_home=not account)
    now = clock_of(settings.api_base).now()
    written = [
        Written(model, stripe_id, account, now)
        for model, api_id in named
        if (stripe_id := namespace.qualify(model, api_id))
    ]
    open_writes.read_later(written, using)


def _named(sent: SentRequest, response: Response) -> Iterator[tuple[type[StripeModel], str]]:
    """The objects that the address names, and those that the error does."""
    for address in addresses.objects_at(sent.path):
        yield address.model, address.api_id
    error = response.body.get("error") if isinstance(response.body, dict) else None
    for key, value in error.items() if isinstance(error, dict) else ():
        yield from _object_in(key, value)


def _object_in(key: str, value: Any) -> Iterator[tuple[type[StripeModel], str]]:
    """The object under a key of an error: in full, or by its id."""
    model = registry.model_of(value) or registry.by_object_name().get(key)
    api_id = value.get("id") if isinstance(value, dict) else value
    if model and is_id(api_id):
        yield model, str(api_id)
