"""The request that creates a customer."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from stripe_django.exceptions import CustomerLinkError
from stripe_django.fields.customer_link import value_at
from stripe_django.lazy_sdk import stripe
from stripe_django.sdk_client import client

from .lookup import TOKEN
from .target import Target

IN_PROGRESS, TOO_MANY, SERVER_ERROR = 409, 429, 500


def email_of(target: Target) -> str:
    """The e-mail address of the row; empty if it has none."""
    return str(_value(target, target.link.email) or "")


def params_of(target: Target, token: str) -> str:
    """The parameters of the request as JSON."""
    link = target.link
    further = dict(_value(target, link.params) or {})
    own = {"email": email_of(target), "name": str(_value(target, link.name) or "")}
    values = {key: _value(target, path) for key, path in link.metadata.items()}
    given = {key: str(value) for key, value in values.items() if value not in (None, "")}
    metadata = {**further.pop("metadata", {}), **given, **target.metadata, TOKEN: token}
    params = {**further, **{name: value for name, value in own.items() if value}}
    try:
        return json.dumps({**params, "metadata": metadata}, cls=DjangoJSONEncoder)
    except TypeError as error:
        raise CustomerLinkError(
            _("%(params)s of the row is no JSON: %(error)s.")
            % {"params": link.params, "error": error}
        ) from error


def create(params: str, idempotency_key: str, account: str) -> str:
    """Create a customer, whose row is written with it; returns Stripe's id of it."""
    acting = client.for_account(account) if account else client
    created = acting.v1.customers.create(json.loads(params), {"idempotency_key": idempotency_key})
    return created.id


def has_no_result(error: stripe.StripeError) -> bool:
    """Whether Stripe has not come to a result, so that the same key may still get one."""
    return error.http_status in (None, IN_PROGRESS, TOO_MANY)


def is_refusal(error: stripe.StripeError) -> bool:
    """Whether Stripe has refused the request, and so created nothing."""
    status = error.http_status
    return status is not None and status < SERVER_ERROR and not has_no_result(error)


def described(error: BaseException) -> str:
    """What is stored of an error: not its message, which may have personal data."""
    details = (getattr(error, name, None) for name in ("http_status", "code", "param"))
    return " ".join([type(error).__name__, *(str(each) for each in details if each)])[:255]


def _value(target: Target, path: str) -> Any:
    return value_at(target.holder, path) if path else None
