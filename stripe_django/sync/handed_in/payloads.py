"""Payloads as the project hands them in: plain data, and when each of them was true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeGuard

from django.utils.translation import gettext as _

from stripe_django import credentials
from stripe_django.api.client import clock_of
from stripe_django.api.server_clock import time_of
from stripe_django.conf import mode_of, settings
from stripe_django.exceptions import PayloadError, PreviewError
from stripe_django.lazy_sdk import stripe
from stripe_django.sync.mapping.identity import is_preview_list
from stripe_django.sync.mapping.rows import MIXED, SOURCE_LENGTH, TIMELESS, Moment, Rank

LONGEST_REQUEST = timedelta(seconds=10)  # unless the SDK's own limit is longer
LISTS = frozenset({"list", "search_result"})


class Item(NamedTuple):
    """One payload as plain data.

    ``account`` is that of the request, empty for your own, or ``None`` if it is unknown.
    ``unsaved`` is a key that the project has changed, or empty. ``livemode`` is the mode of the
    request, or ``None``; the payload's own counts first, but a deleted object has none.
    """

    plain: Any
    moment: Moment
    account: str | None = None
    unsaved: str = ""
    livemode: bool | None = None


def items(payload: Any, as_of: datetime | None) -> Iterator[Item]:
    """Yield each object of a payload, or of a list of them.

    Raises ``PayloadError`` for a list without data, and ``PreviewError`` for a preview's lines.
    """
    if isinstance(payload, list | tuple):
        for each in payload:
            yield _opened(each, as_of)
        return
    found = _opened(payload, as_of)
    if not is_list(found.plain):
        yield found
        return
    if is_preview_list(found.plain):
        raise PreviewError
    data = found.plain.get("data")
    if not isinstance(data, list | tuple):
        raise PayloadError(_("The list has no data."))
    for each in data:
        yield found._replace(plain=each)


def is_list(payload: Any) -> bool:
    """Whether it is a list of either API version, or the result of a search."""
    if isinstance(payload, list | tuple):
        return True
    if _is_of_sdk(payload):
        return _names_a_list(payload.to_dict(recursive=False))
    return isinstance(payload, dict) and _names_a_list(payload)


def _is_of_sdk(payload: Any) -> TypeGuard[stripe.StripeObject]:
    """Plain data is recognised without the SDK."""
    return type(payload) is not dict and isinstance(payload, stripe.StripeObject)


def _names_a_list(payload: Mapping[str, Any]) -> bool:
    is_of_version_2 = "object" not in payload and "next_page_url" in payload
    name = payload.get("object")
    return is_of_version_2 or (isinstance(name, str) and name in LISTS)


def _unsaved(payload: Any) -> str:
    """A key whose value was changed since the SDK received the object; empty if there is none."""
    if _is_of_sdk(payload):
        changed = getattr(payload, "_unsaved_values", ())
        if changed:
            return str(min(changed, key=str))
        values: Any = payload.to_dict(recursive=False).values()
    else:
        values = payload if isinstance(payload, list | tuple) else ()
    return next(filter(None, map(_unsaved, values)), "")


def _opened(payload: Any, as_of: datetime | None) -> Item:
    moment = Moment(as_of, Rank.READ) if as_of else TIMELESS
    if not _is_of_sdk(payload):
        return Item(payload, moment)
    plain = payload.to_dict(for_json=True)
    if as_of is None and payload.last_response:
        moment = _moment_of(payload, plain, payload.last_response.headers or {})
    # An object inside of another one, or of an event, has no response of its own.
    account = _account_of(payload) or ("" if payload.last_response else None)
    return Item(plain, moment, account, _unsaved(payload), mode_of(payload.api_key or ""))


def _account_of(payload: stripe.StripeObject) -> str:
    """The account of the request that the SDK sent, by its headers or its key."""
    options = getattr(payload._requestor, "_options", None)
    context = getattr(options, "stripe_context", None)
    named = payload.stripe_account or credentials.account_in(str(context or ""))
    return named or credentials.account_of_key(payload.api_key)


def _moment_of(payload: Any, plain: Any, headers: Mapping[str, str]) -> Moment:
    """The moment of an answer that the SDK received, whose request began at an unknown time."""
    date = time_of(headers.get("Date"))
    if date is None or _is_timeless(plain, headers):
        return TIMELESS
    if not clock_of(settings.api_base).is_plausible(date):
        return TIMELESS
    start = date - max(LONGEST_REQUEST, timedelta(seconds=_timeout_of(payload)))
    source = (headers.get("Request-Id") or MIXED)[:SOURCE_LENGTH]
    return Moment(date, Rank.READ, start=start, source=source)


def _is_timeless(plain: Any, headers: Mapping[str, str]) -> bool:
    """Whether its ``Date`` does not say when it was true, or it is of another API version."""
    is_search = isinstance(plain, dict) and plain.get("object") == "search_result"
    version = headers.get("Stripe-Version")
    return is_search or is_replayed(headers) or version not in (None, settings.api_version)


def is_replayed(headers: Mapping[str, str]) -> bool:
    """Whether it is the response to an earlier request with the same idempotency key."""
    return headers.get("Idempotent-Replayed") == "true"


def _timeout_of(payload: Any) -> float:
    """The time-out of the SDK's HTTP client in seconds; 0 if it has none that is known."""
    requestor = getattr(payload, "_requestor", None)
    client = getattr(requestor, "_client", None) or stripe.default_http_client
    timeout = getattr(client, "_timeout", None)
    known = timeout if isinstance(timeout, tuple) else (timeout,)
    return max((float(each) for each in known if isinstance(each, int | float)), default=0.0)
