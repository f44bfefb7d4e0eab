"""``apply``: what Stripe sent, handed in by the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.db import router

from stripe_django.api.server_clock import time_of
from stripe_django.exceptions import PayloadError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.models import Event
from stripe_django.models.base import StripeModel

from . import home
from .events import envelope
from .mapping import mapper
from .mapping.rows import COPY, Moment, Rank, Row
from .writer import upsert
from .writer.report import Failure, Report

DATE_PRECISION = timedelta(seconds=1)


@dataclass(slots=True)
class Result:
    """What became of the payloads that were applied.

    ``counts`` has a number for each of ``created``, ``updated``, ``unchanged``, ``stale``,
    ``conflicting`` and ``failed``. Nested objects count, too. ``failures`` are the payloads that
    were left out.
    """

    using: str
    report: Report = field(default_factory=Report)
    applied: list[tuple[type[StripeModel], str]] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        totals: Counter[str] = Counter()
        for (_, outcome), count in self.report.counts.items():
            totals[outcome.value] += count
        return totals

    @property
    def failures(self) -> list[Failure]:
        return self.report.failures

    @property
    def rows(self) -> list[StripeModel]:
        """The rows of the applied objects, in their order, as the database has them now."""
        found: dict[tuple[type[StripeModel], str], StripeModel] = {}
        for model in {model for model, _ in self.applied}:
            ids = [stripe_id for each, stripe_id in self.applied if each is model]
            for start in range(0, len(ids), upsert.CHUNK):
                some = ids[start : start + upsert.CHUNK]
                for row in model._default_manager.using(self.using).filter(stripe_id__in=some):
                    found[model, row.stripe_id] = row
        return [found[key] for key in dict.fromkeys(self.applied) if key in found]

    @property
    def row(self) -> StripeModel | None:
        """The row of the first object: of an event, the event's own."""
        rows = self.rows
        return rows[0] if rows else None


def apply(payload: Any, *, as_of: datetime | None = None, account: str = "") -> Result:
    """Write what Stripe sent: a dictionary, an SDK object, an event, or a list of these.

    ``as_of`` is Stripe's time at which the payload was true (aware). Without it, an event says so
    itself, an SDK object by the ``Date`` of its response less one second, and anything else is a
    copy of unknown age: it fills in what is missing and changes nothing. ``account`` is the
    connected account (``acct_…``) that the objects live in.

    Raises ``PayloadError`` for a single payload that cannot be stored. In a list, such a one is
    found among ``failures``, and the others are written.
    """
    using = router.db_for_write(Event)
    result = Result(using)
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of must be aware of its time zone.")
    items = _items(payload, as_of)
    mode = home.livemode(using, assumed=_livemode(items))
    rows: list[Row] = []
    for plain, moment in items:
        try:
            rows += _rows_of(plain, moment, account, mode, result)
        except PayloadError as error:
            if not _is_list(payload):
                raise
            result.report.fail(failure_of(plain, error))
    result.report.add(upsert.write(rows, using=using))
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


def _rows_of(payload: Any, moment: Moment, account: str, mode: bool, result: Result) -> list[Row]:
    is_event = envelope.is_event(payload)
    if is_event:
        event = envelope.Envelope(payload)
        account = event.account or account
        moment = event.moment.alive() if moment.is_copy else moment
    rows = mapper.to_rows(payload, moment=moment, account=account, livemode=mode, home=mode)
    result.applied.append((rows[0].model, rows[0].stripe_id))
    return rows + _rows_in_event(payload, account, mode, result) if is_event else rows


def _rows_in_event(payload: Any, account: str, mode: bool, result: Result) -> list[Row]:
    """The rows of the object in an event; the event is stored even if these cannot be."""
    livemode = payload.get("livemode")
    try:
        rows = envelope.object_rows(
            payload,
            account=account,
            livemode=livemode if isinstance(livemode, bool) else mode,
            home=mode,
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


def _items(payload: Any, as_of: datetime | None) -> list[tuple[Any, Moment]]:
    """The payloads as plain data, each with the moment at which it was true."""
    if isinstance(payload, list | tuple):
        return [_opened(each, as_of) for each in payload]
    plain, moment = _opened(payload, as_of)
    if not _is_list(plain):
        return [(plain, moment)]
    if not isinstance(plain.get("data"), list | tuple):
        raise PayloadError("The list has no data.")
    return [(each, moment) for each in plain["data"]]


def _opened(payload: Any, as_of: datetime | None) -> tuple[Any, Moment]:
    moment = Moment(as_of, Rank.READ) if as_of else COPY
    if not isinstance(payload, stripe.StripeObject):
        return payload, moment
    response = payload.last_response
    date = time_of(response.headers.get("Date")) if response and not as_of else None
    if date:
        moment = Moment(date - DATE_PRECISION, Rank.READ)
    return payload.to_dict(for_json=True), moment


def _livemode(items: Iterable[tuple[Any, Moment]]) -> bool | None:
    """The mode that the first payload with a mode says."""
    said = (plain.get("livemode") for plain, _ in items if isinstance(plain, dict))
    return next((mode for mode in said if isinstance(mode, bool)), None)
