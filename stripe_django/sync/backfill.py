"""Everything that Stripe lists, page by page, each page in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from textwrap import shorten
from typing import Any

import stripe
from django.db import DatabaseError, router

from stripe_django import registry
from stripe_django.api.client import Client, Page
from stripe_django.exceptions import PayloadError, StripeDjangoError, UnavailableError
from stripe_django.models import Home
from stripe_django.models.base import StripeModel

from . import home, mapping, upsert
from .ahead import ahead
from .applying import failure_of
from .listing import Listed, Listing, Owner
from .rows import Moment, NestedList, Rank, Row
from .upsert import Failure, Report

ERROR_LENGTH = 300


class Status(StrEnum):
    """How the sync of one kind of object ended."""

    RUNNING = "running"
    DONE = "done"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(slots=True, eq=False)
class ObjectRun:
    """The sync of one kind of object: how far it came, and what became of what it read.

    ``read`` counts the objects of the list itself, ``report`` the nested ones too.
    """

    model: type[StripeModel]
    status: Status = Status.RUNNING
    pages: int = 0
    read: int = 0
    error: str = ""
    report: Report = field(default_factory=Report)

    @property
    def is_failure(self) -> bool:
        return self.status is Status.FAILED or bool(self.report.failures)


class Observer:
    """Told how a run comes along; ``runs`` are the kinds of objects that have begun."""

    def __init__(self) -> None:
        self.runs: list[ObjectRun] = []

    def began(self, run: ObjectRun) -> None:
        self.runs.append(run)

    def page(self, run: ObjectRun) -> None:
        """A page was written."""

    def ended(self, run: ObjectRun) -> None:
        """The last page was written, or there is an error."""


def run(
    models: Sequence[type[StripeModel]],
    *,
    account: str = "",
    since: datetime | None = None,
    observer: Observer | None = None,
) -> list[ObjectRun]:
    """Sync these kinds of objects, one after the other.

    ``account`` is the connected account to read on behalf of, ``since`` the earliest creation.
    Neither what the account has no access to nor a failure stops the rest; a refused key does,
    with the SDK's ``AuthenticationError``.
    """
    observer = observer or Observer()
    using = router.db_for_write(Home)
    backfill = Backfill(Client(account=account), using, account, home.for_key(using), since)
    for model in models:
        current = ObjectRun(model)
        observer.began(current)
        try:
            backfill.sync(current, observer)
        except UnavailableError as error:
            current.status, current.error = Status.UNAVAILABLE, _in_a_line(error)
        except stripe.AuthenticationError:
            raise
        except (stripe.StripeError, StripeDjangoError, DatabaseError) as error:
            current.status = Status.FAILED
            current.error = f"{type(error).__name__}: {_in_a_line(error)}"
        except KeyboardInterrupt:
            current.status = Status.INTERRUPTED
            observer.ended(current)
            raise
        observer.ended(current)
    return observer.runs


def _in_a_line(error: Exception) -> str:
    """The message; some servers put a page of HTML into it."""
    return shorten(str(error), ERROR_LENGTH, placeholder=" …")


@dataclass(frozen=True, slots=True)
class Backfill:
    """One run over one account."""

    client: Client
    using: str
    account: str
    livemode: bool
    since: datetime | None = None

    def sync(self, current: ObjectRun, observer: Observer) -> None:
        """All objects of one kind; raises whatever ends it early.

        The next pages are fetched while one is mapped and written.
        """
        for page, owner in self._pages(Listing(self.client, current.model, self.since)):
            self.write(page, current.report, owner)
            current.pages += 1
            current.read += len(page.objects)
            observer.page(current)
        current.status = Status.DONE

    def _pages(self, listing: Listing) -> Iterator[Listed]:
        if listing.model.LIST_BY is None:
            yield from ahead(listing.pages())
            return
        for owners in listing.owners(self.using, self.account, self.livemode):
            yield from ahead(listing.pages_of(owners))

    def write(self, page: Page, report: Report, owner: Owner | None = None) -> list[Row]:
        """Write a page, and complete the nested lists of which it has only the beginning.

        Answers the page's own rows, each object's before those of what is nested in it.

        The report is filled as it goes, for whoever has to stop in between.
        """
        rows = [row for payload in page.objects for row in self._rows(payload, page, owner, report)]
        report.add(upsert.write(rows, using=self.using))
        for row in rows:
            for nested in row.incomplete:
                self._complete(row, nested, report)
        return rows

    def _complete(self, row: Row, nested: NestedList, report: Report) -> None:
        """Write the rest of a nested list; a refusal is a failure of this list alone."""
        owner = Owner.of_nested(row, nested)
        try:
            for rest in self.client.pages(nested.url, {"starting_after": nested.last_id}):
                self.write(rest, report, owner)
        except (StripeDjangoError, stripe.InvalidRequestError) as error:
            reason = f"only the beginning of {nested.key} was read: {_in_a_line(error)}"
            report.fail(Failure(row.model.OBJECT_NAME, row.stripe_id, reason))

    def _rows(self, payload: Any, page: Page, owner: Owner | None, report: Report) -> list[Row]:
        where: dict[str, Any] = {"account": self.account, "livemode": self.livemode}
        where["home"] = self.livemode
        model = registry.model_of(payload)
        if owner and model is None and isinstance(payload, dict):
            return mapping.nested_rows(payload, **where)  # an object of a kind that has no model
        try:
            return mapping.to_rows(
                payload,
                **where,
                moment=Moment(page.as_of, Rank.READ),
                expanded=page.expanded,
                parent=owner.parent_of(model) if owner and model else None,
                decoded=True,
            )
        except PayloadError as error:
            report.fail(failure_of(payload, error))
            return []
