"""``apply``: what Stripe sent, handed in by the project."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.db import router

from stripe_django.api.server_clock import time_of
from stripe_django.exceptions import PayloadError, UnknownModeError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.models import Event

from . import home
from .accounts import Accounts, account_of, stored_accounts
from .events import envelope
from .mapping import mapper
from .mapping.identity import HomeAccount
from .mapping.rows import COPY, Moment, Rank, Row
from .result import Result
from .scope import other_mode, rows_in_scope
from .writer import upsert
from .writer.report import Failure

Item = tuple[Any, Moment, str | None]  # plain data, when it was true, and its account if said

DATE_PRECISION = timedelta(seconds=1)


def apply(payload: Any, *, as_of: datetime | None = None, account: str | None = None) -> Result:
    """Write what Stripe sent: a dictionary, an SDK object, an event, or a list of these.

    ``as_of`` is Stripe's time at which the payload was true (aware). Without it, an event says so
    itself, an SDK object by the ``Date`` of its response less one second, and anything else is a
    copy of unknown age: it fills in what is missing and changes nothing. ``account`` is the
    connected account (``acct_…``) that the objects live in, empty for your own. Without it, an
    event says so itself, and an SDK object by the account that it was requested for; anything else
    is taken for your own account's, unless its row already has another one.

    Raises ``PayloadError`` for a single payload that cannot be stored. In a list, such a one is
    found among ``failures``, and the others are written.
    """
    using = router.db_for_write(Event)
    result = Result(using)
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of must be aware of its time zone.")
    items = _items(payload, as_of)
    mine = _home(using, items)
    if account is not None:
        items = [(plain, moment, account) for plain, moment, _ in items]
    unsaid = [plain for plain, _, said in items if said is None and not envelope.is_event(plain)]
    stored = stored_accounts(unsaid, using)
    rows: list[Row] = []
    for plain, moment, said in items:
        try:
            rows += _rows_of(plain, moment, said, stored, mine, result)
        except PayloadError as error:
            if not _is_list(payload):
                raise
            result.report.fail(failure_of(plain, error))
    result.report.add(upsert.write(rows_in_scope(rows, mine), using=using))
    return result


def failure_of(payload: Any, error: PayloadError) -> Failure:
    """A failure that names the payload as far as it can be named."""
    known = payload if isinstance(payload, dict) else {}
    return Failure(_shown(known.get("object")), _shown(known.get("id")), str(error))


def _shown(name: Any) -> str:
    """A name from a payload, as any terminal and log can take it."""
    if not isinstance(name, str):
        return "None" if name is None else type(name).__name__
    return name[:ID_LENGTH].encode(errors="backslashreplace").decode()


def _rows_of(
    payload: Any,
    moment: Moment,
    said: str | None,
    stored: Accounts,
    mine: HomeAccount,
    result: Result,
) -> list[Row]:
    """The rows of a payload, none for one of the other mode.

    ``said`` is its account, ``None`` if unsaid; then it is that of its row, or your own.
    """
    model = mapper.model_of(payload)
    account = account_of(payload, stored) if said is None else mine.resolve(said)
    if is_event := envelope.is_event(payload):
        event = envelope.Envelope(payload)
        account = said = mine.resolve(event.account or account or "")
        moment = event.moment.alive() if moment.is_copy else moment
    rows = mapper.to_rows(
        payload,
        moment=moment,
        account=account,
        livemode=mine.livemode,
        home=mine,
        establishes_account=said is not None,
    )
    if ignored := other_mode(rows[0].livemode, mine):
        result.ignored.append(Failure(model.OBJECT_NAME, rows[0].stripe_id, ignored))
        return []
    result.applied.append((rows[0].model, rows[0].stripe_id))
    return rows + _rows_in_event(payload, account or "", mine, result) if is_event else rows


def _rows_in_event(payload: Any, account: str, mine: HomeAccount, result: Result) -> list[Row]:
    """The rows of the object in an event; the event is stored even if these cannot be."""
    livemode = payload.get("livemode")
    try:
        rows = envelope.object_rows(
            payload,
            account=account,
            livemode=livemode if isinstance(livemode, bool) else mine.livemode,
            home=mine,
        )
    except PayloadError as error:
        result.report.fail(failure_of(envelope.Envelope(payload).object, error))
        return []
    result.applied += [(row.model, row.stripe_id) for row in rows[:1]]
    return rows


def _is_list(payload: Any) -> bool:
    if isinstance(payload, dict):
        return payload.get("object") == "list"
    return isinstance(payload, list | tuple | stripe.ListObject)


def _items(payload: Any, as_of: datetime | None) -> list[Item]:
    """The payloads as plain data."""
    if isinstance(payload, list | tuple):
        return [_opened(each, as_of) for each in payload]
    plain, moment, account = _opened(payload, as_of)
    if not _is_list(plain):
        return [(plain, moment, account)]
    if not isinstance(plain.get("data"), list | tuple):
        raise PayloadError("The list has no data.")
    return [(each, moment, account) for each in plain["data"]]


def _opened(payload: Any, as_of: datetime | None) -> Item:
    moment = Moment(as_of, Rank.READ) if as_of else COPY
    if not isinstance(payload, stripe.StripeObject):
        return payload, moment, None
    response = payload.last_response
    date = time_of(response.headers.get("Date")) if response and not as_of else None
    if date:
        moment = Moment(date - DATE_PRECISION, Rank.READ)
    # An object inside of another one, or of an event, has no response of its own.
    account = payload.stripe_account or ("" if response else None)
    return payload.to_dict(for_json=True), moment, account


def _home(using: str, items: Iterable[Item]) -> HomeAccount:
    """Your own account, settled by the first payload with a mode unless that is done.

    Raises ``UnknownModeError`` for an event of another account, which settles nothing.
    """
    payloads = [plain for plain, *_ in items if isinstance(plain, dict)]
    for payload in payloads:
        if envelope.is_event(payload) and home.of_event(using, payload) is None:
            raise UnknownModeError
    said = (payload.get("livemode") for payload in payloads)
    return home.of_payload(using, next((mode for mode in said if isinstance(mode, bool)), None))
