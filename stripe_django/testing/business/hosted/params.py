"""Checks of parameters, with errors in Stripe's form."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from stripe_django.testing.fake import schema
from stripe_django.testing.fake.http.protocol import BAD_REQUEST, Request, RequestError
from stripe_django.testing.fake.params import UNKNOWN, values

from ..context import Context, Payload

URL = re.compile(r"https?://[^\s/]+\S*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def refusal(message: str, param: str, code: str = "") -> RequestError:
    """A parameter that Stripe refuses, or this fake."""
    details = {"code": code} if code else {}
    return RequestError(BAD_REQUEST, message, param=param, **details)


def missing(param: str) -> RequestError:
    return refusal(f"Missing required parameter: {param}.", param, "parameter_missing")


def typed(name: str, request: Request, without: Collection[str]) -> dict[str, Any]:
    """The parameters that are keys of the object, with the types of its payload."""
    given = {key: value for key, value in request.params.items() if key not in without}
    return values(schema.fields(name), given, lambda names, id: UNKNOWN)


def hash_of(params: Mapping[str, Any], name: str, known: Collection[str]) -> dict[str, Any]:
    """A hash in which the fake supports these keys, and Stripe perhaps more."""
    found = params.get(name) or {}
    if not isinstance(found, Mapping):
        raise refusal(f"{name} is a hash.", name, "parameter_invalid")
    check_keys(found, name, known)
    return dict(found)


def check_keys(found: Mapping[str, Any], name: str, known: Collection[str]) -> None:
    for key in found:
        if key not in known:
            message = f"{name}[{key}] is unknown, or not supported by FakeStripe."
            raise refusal(message, f"{name}[{key}]", "parameter_unknown")


def positive(value: Any, param: str) -> int:
    """A whole number from 1 on."""
    if not str(value).isdecimal() or int(value) < 1:
        raise refusal(f"{param} is a whole number from 1 on.", param, "parameter_invalid_integer")
    return int(value)


def check_url(params: Mapping[str, Any], param: str) -> None:
    if param in params and not URL.fullmatch(str(params[param])):
        raise refusal(f"{param} is no valid URL.", param, "url_invalid")


def existing(context: Context, name: str, id: Any, param: str) -> Payload:
    """The object of that name that a parameter refers to."""
    try:
        found = context.get(name, str(id))
    except LookupError:
        found = {"deleted": True}
    if found.get("deleted") is True:
        raise refusal(f"No such {name}: {id!r}.", param, "resource_missing")
    return found
