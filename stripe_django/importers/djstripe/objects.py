"""Rows of dj-stripe to rows of the mirror."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import PayloadError
from stripe_django.sync.events.envelope import Envelope, is_event
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import Context
from stripe_django.sync.mapping.rows import COPY, Moment, Rank, Row
from stripe_django.sync.scope import models_in_scope, other_mode, rows_in_scope
from stripe_django.sync.writer.report import Failure, shown

from .accounts import Accounts, Lives
from .moments import moment_of
from .payloads import Source, source_of
from .references import References
from .tables import ID, OWNER, PAYLOAD, PURGED, Table


class Outcome(StrEnum):
    """What a row of dj-stripe was good for.

    ``INCOMPLETE`` are payloads that were made from columns; they fill in missing rows only.
    ``EMPTY`` are rows that have no content, ``OTHER_MODE`` those of the mode that this database
    does not mirror, and ``OUT_OF_SCOPE`` those that the setting ``OBJECTS`` leaves out.
    """

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    EMPTY = "empty"
    OTHER_MODE = "other_mode"
    OUT_OF_SCOPE = "out_of_scope"
    FAILED = "failed"


@dataclass(slots=True)
class Mapped:
    rows: list[Row] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Mapper:
    """Maps rows of one table of dj-stripe."""

    table: Table
    accounts: Accounts

    def mapped(self, rows: list[dict[str, Any]]) -> Mapped:
        """The rows of the mirror for a batch; a row that has none is a failure of its own."""
        references, found = References(self.table.using), Mapped()
        rows = self._with_content(rows)
        references.load(self.table, rows, [OWNER, *self.table.content])
        now = clock_of(settings.api_base).best_now()
        for row in rows:
            try:
                outcome = self._add(row, references, now, found.rows)
            except (PayloadError, ArithmeticError, ValueError) as error:
                outcome = Outcome.FAILED
                name = self.table.facts.object_name
                found.failures.append(Failure(name, shown(row.get(ID)), str(error)))
            found.outcomes[outcome] += 1
        return found

    def _with_content(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """With the columns of their content, for rows without a payload."""
        table, key = self.table, self.table.key
        bare = [row[key] for row in rows if row.get(PAYLOAD) in (None, "", "{}", "null")]
        if not bare or not table.content:
            return rows
        names = dict.fromkeys((key, *table.content))
        content = {row[key]: row for row in table.rows.filter(pk__in=bare).values(*names)}
        return [{**content.get(row[key], {}), **row} for row in rows]

    def _add(
        self, row: dict[str, Any], references: References, now: datetime, rows: list[Row]
    ) -> Outcome:
        """Add the rows of one object; raises ``PayloadError`` if it cannot be mapped."""
        source = source_of(row, self.table, references)
        if source is None:
            return Outcome.EMPTY
        model = registry.model_of(source.payload)
        if model is not None and model not in models_in_scope():
            return Outcome.OUT_OF_SCOPE
        mode = source.payload.get("livemode")
        mode = mode if isinstance(mode, bool) else row.get("livemode")
        home = self.accounts.home
        if other_mode(mode, home):
            return Outcome.OTHER_MODE
        lives = self._lives(row, source.payload, references)
        context = Context(
            self._moment(row, source, now),
            lives.account,
            mode if isinstance(mode, bool) else home.livemode,
            self.accounts.home_for(lives.account),
            decoded=True,
            establishes_account=lives.is_sure,
        )
        found = list(_rows(row, source, context, now))
        rows += rows_in_scope(found, home)
        return Outcome.COMPLETE if source.is_exact else Outcome.INCOMPLETE

    def _lives(
        self, row: Mapping[str, Any], payload: Mapping[str, Any], references: References
    ) -> Lives:
        """The account of an object; an event says it itself."""
        if is_event(payload) and (named := Envelope(payload).account):
            return Lives(self.accounts.home.resolve(named), is_sure=True)
        return self.accounts.of(row, self.table, references)

    def _moment(self, row: Mapping[str, Any], source: Source, now: datetime) -> Moment:
        """The moment of a payload; what is incomplete or embedded fills in missing rows only."""
        if not source.is_exact or self.table.facts.embedded:
            return COPY
        if is_event(source.payload):
            return Envelope(source.payload).moment.alive()
        return moment_of(row, source.payload, now)


def _rows(row: Mapping[str, Any], source: Source, context: Context, now: datetime) -> Iterator[Row]:
    """The rows of an object, and of what is nested in it."""
    found = mapper.rows_in(source.payload, context)
    yield from found
    if source.expanded:
        account, livemode, home = context.account, context.livemode, context.home
        known = {(each.model, each.stripe_id) for each in found}
        for each in mapper.nested_rows(
            source.expanded, account=account, livemode=livemode, home=home
        ):
            if (each.model, each.stripe_id) not in known:
                yield each
    if row.get(PURGED) is not None:
        stub = {key: source.payload[key] for key in ("id", "object")} | {"deleted": True}
        deletion = Moment(min(row[PURGED], now), Rank.READ)
        yield from mapper.rows_in(stub, context._replace(moment=deletion))
