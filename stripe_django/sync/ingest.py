"""Pages to the database, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import stripe
from django.db import transaction

from stripe_django import registry
from stripe_django.api.client import Client, Page
from stripe_django.exceptions import PayloadError, StripeDjangoError

from . import refetch_queue
from .apply import failure_of
from .backfill.list_endpoints import Owner
from .mapping import mapper
from .mapping.expansion import expansions
from .mapping.identity import Context, HomeAccount
from .mapping.rows import Moment, NestedList, Row
from .scope import rows_in_scope
from .writer import upsert
from .writer.overlap import Meanwhile, Piecemeal, nothing
from .writer.report import Failure, Report

ERROR_LENGTH = 300


def in_a_line(error: Exception) -> str:
    """The message; some servers put a page of HTML into it."""
    return shorten(str(error), ERROR_LENGTH, placeholder=" …")


def summed(*reports: Report) -> Report:
    total = Report()
    for each in reports:
        total.add(each)
    return total


@dataclass(frozen=True, slots=True)
class MappedPage:
    """The rows of so many objects, and a report of those that became none."""

    size: int
    rows: Piecemeal[Any, Row]
    report: Report


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Writes what one account's lists have."""

    client: Client
    using: str
    account: str
    home: HomeAccount

    def write(
        self,
        page: Page,
        report: Report,
        owner: Owner | None = None,
        note: Callable[[Report], None] | None = None,
    ) -> list[Row]:
        """Map and write a page; see ``write_mapped``."""
        return self.write_mapped(self.mapped(page, owner), report, note)

    def mapped(self, page: Page, owner: Owner | None = None) -> MappedPage:
        """A page that is mapped when there is time for it, at the latest when it is written."""
        report = Report()
        moment, mode = Moment.of_read(page.time), self.home.livemode
        context = Context(moment, self.account, mode, self.home, page.expanded, decoded=True)

        def rows(payload: Any) -> list[Row]:
            return rows_in_scope(self._rows(payload, context, owner, report), self.home)

        return MappedPage(len(page.objects), Piecemeal(rows, page.objects), report)

    def write_mapped(
        self,
        page: MappedPage,
        report: Report,
        note: Callable[[Report], None] | None = None,
        meanwhile: Meanwhile = nothing,
    ) -> list[Row]:
        """Write a page, and complete the nested lists of which it has only the beginning.

        Answers the page's own rows, each object's before those of what is nested in it. The report
        is filled as it goes, for whoever has to stop in between. ``note`` records what came of the
        page: in its transaction, unless there is more to be read for it. ``meanwhile`` is done
        while the database works.
        """
        here, rows = page.report, page.rows.all()
        unfinished = [(row, nested) for row in rows for nested in row.incomplete]

        def follow(written: Report) -> None:
            refetch_queue.queue_all(written, self.using)
            if note and not unfinished:
                note(summed(here, written))

        try:
            here.add(
                upsert.write(rows, using=self.using, in_transaction=follow, meanwhile=meanwhile)
            )
            for row, nested in unfinished:
                self._complete(row, nested, here)
            if note and unfinished:
                with transaction.atomic(using=self.using):
                    note(here)
        finally:
            report.add(here)
        return rows

    def _complete(self, row: Row, nested: NestedList, report: Report) -> None:
        """Write the rest of a nested list; a refusal is a failure of this list alone."""
        owner = Owner.of_nested(row, nested)
        try:
            members = registry.members(row.model).get(nested.key, {})
            paths = [path for each in members for path in expansions(each, is_listed=True)]
            expand = {"expand": paths} if len(members) == 1 and paths else {}
            for rest in self.client.pages(nested.url, {"starting_after": nested.last_id, **expand}):
                self.write(rest, report, owner)
        except (StripeDjangoError, stripe.InvalidRequestError) as error:
            reason = f"only the beginning of {nested.key} was read: {in_a_line(error)}"
            report.fail(Failure(row.model.stripe.object_name, row.stripe_id, reason))

    def _rows(
        self, payload: Any, context: Context, owner: Owner | None, report: Report
    ) -> list[Row]:
        if owner and (model := registry.model_of(payload)):
            context = context._replace(parent=owner.parent_of(model))
        elif owner and isinstance(payload, dict):  # an object of a kind that has no model
            return mapper.nested_rows(
                payload, account=self.account, livemode=self.home.livemode, home=self.home
            )
        try:
            return mapper.rows_in(payload, context)
        except PayloadError as error:
            report.fail(failure_of(payload, error))
            return []
