"""Everything that Stripe lists, page by page, each page in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
from .context import Parent
from .rows import Moment, NestedList, Rank, Row
from .upsert import Failure, Report

ERROR_LENGTH = 300
Place = tuple[Row, NestedList]  # where in an object a payload was found


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


def listable() -> list[type[StripeModel]]:
    """The models whose objects Stripe lists, or has one of, by ``object``."""
    found = (model for model in registry.models() if model.LIST_PATH or model.SINGLE_PATH)
    return sorted(found, key=lambda model: model.OBJECT_NAME)


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
    since: datetime | None

    def sync(self, current: ObjectRun, observer: Observer) -> None:
        """All objects of one kind; raises whatever ends it early.

        The next pages are fetched while one is mapped and written.
        """
        for page in ahead(self._pages(current.model)):
            self.write(page, current.report)
            current.pages += 1
            current.read += len(page.objects)
            observer.page(current)
        current.status = Status.DONE

    def _pages(self, model: type[StripeModel]) -> Iterator[Page]:
        if model.SINGLE_PATH:
            page = self.client.retrieve(model.SINGLE_PATH)
            # What was asked for is known, even from a server that leaves the name out.
            name = {"object": model.OBJECT_NAME}
            named = [name | each if isinstance(each, dict) else each for each in page.objects]
            yield replace(page, objects=named)
        if model.LIST_PATH:
            params: dict[str, Any] = dict(model.LIST_PARAMS)
            if self.since is not None:
                params["created"] = {"gte": int(self.since.timestamp())}
            yield from self.client.pages(model.LIST_PATH, params)

    def write(self, page: Page, report: Report, found_in: Place | None = None) -> None:
        """Write a page, and complete the nested lists of which it has only the beginning.

        The report is filled as it goes, for whoever has to stop in between.
        """
        rows = [
            row for payload in page.objects for row in self._rows(payload, page, found_in, report)
        ]
        report.add(upsert.write(rows, using=self.using))
        for row in rows:
            for nested in row.incomplete:
                self._complete(row, nested, report)

    def _complete(self, row: Row, nested: NestedList, report: Report) -> None:
        """Write the rest of a nested list; a refusal is a failure of this list alone."""
        try:
            for rest in self.client.pages(nested.url, {"starting_after": nested.last_id}):
                self.write(rest, report, (row, nested))
        except (StripeDjangoError, stripe.InvalidRequestError) as error:
            reason = f"only the beginning of {nested.key} was read: {_in_a_line(error)}"
            report.fail(Failure(row.model.OBJECT_NAME, row.stripe_id, reason))

    def _rows(self, payload: Any, page: Page, found_in: Place | None, report: Report) -> list[Row]:
        where: dict[str, Any] = {"account": self.account, "livemode": self.livemode}
        where["home"] = self.livemode
        if found_in and isinstance(payload, dict) and not mapping.is_known(payload):
            return mapping.nested_rows(payload, **where)  # such as a bank account among cards
        try:
            return mapping.to_rows(
                payload,
                **where,
                moment=Moment(page.as_of, Rank.READ),
                expanded=page.expanded,
                parent=_parent(payload, found_in),
                decoded=True,
            )
        except PayloadError as error:
            report.fail(failure_of(payload, error))
            return []


def _parent(payload: Any, found_in: Place | None) -> Parent | None:
    """The reference that a member of a nested list has to the object around it."""
    if found_in is None:
        return None
    row, nested = found_in
    model = mapping.model_of(payload) if isinstance(payload, dict) else None
    reference = registry.members(row.model).get(nested.key, {}).get(model) if model else None
    return Parent(row.stripe_id, reference.name if reference else None)
