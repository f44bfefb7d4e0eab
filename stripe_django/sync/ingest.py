"""Writes the pages that were read from Stripe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.api.client import Client, Page
from stripe_django.api.steps import Steps, run
from stripe_django.exceptions import PayloadError, StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import message_of
from stripe_django.sync.database import retries

from . import account_keys, home, refetch_queue
from .mapping import mapper
from .mapping.expansion import expansions
from .mapping.identity import Context, HomeAccount, Parent
from .mapping.rows import Moment, NestedList, Row
from .mapping.schema import schema_for
from .scope import listed_in_scope, models_in_scope
from .writer import list_members, upsert
from .writer.report import Failure, Report, failure_of

ERROR_LENGTH = 300


def in_a_line(error: Exception) -> str:
    """The message; some servers put a page of HTML into it."""
    return shorten(message_of(error), ERROR_LENGTH, placeholder=" …")


@dataclass(frozen=True, slots=True)
class Owner:
    """The object that a list belongs to, and how its members refer to it, by their model."""

    stripe_id: str
    references: Mapping[type[StripeModel], str] = field(default_factory=dict)

    @classmethod
    def of_nested(cls, row: Row, nested: NestedList) -> Owner:
        members = registry.members(row.model).get(nested.key, {})
        return cls(row.stripe_id, {model: each.name for model, each in members.items()})

    def parent_of(self, model: type[StripeModel]) -> Parent:
        return Parent(self.stripe_id, self.references.get(model))


@dataclass(frozen=True, slots=True)
class MappedPage:
    """The rows of a page, each object's before those of what is nested in it, and a report of the
    objects that have none.
    """

    rows: list[Row]
    report: Report

    @property
    def incomplete(self) -> list[tuple[Row, NestedList]]:
        """The nested lists of which the page has only the beginning."""
        return [(row, nested) for row in self.rows for nested in row.incomplete]

    def ids_in(self, owner: Owner) -> set[str]:
        """The ids of the rows that refer to the owner of a list."""
        return {
            row.stripe_id
            for row in self.rows
            if (reference := owner.references.get(row.model))
            and row.values[schema_for(row.model).index[reference]] == owner.stripe_id
        }


@dataclass(frozen=True, slots=True)
class PageWriter:
    """Maps and writes the pages of one account.

    ``beat`` is called after each page of the rest of a nested list: there may be many.
    """

    client: Client
    using: str
    account: str
    home: HomeAccount
    beat: Callable[[], None] = lambda: None

    @classmethod
    def for_account(cls, account: str, using: str) -> PageWriter:
        """The writer of an account, empty or its id for your own.

        Raises what ``home.for_key`` raises, and ``MissingKeyError`` if there is no key.
        """
        mine = home.for_key(using, account)
        account = mine.resolve(account)
        return cls(account_keys.client_for(account, using), using, account, mine)

    @property
    def has_own_key(self) -> bool:
        """Whether the account is read with a key of its own, not with that of a platform."""
        return self.home.platform == self.account

    def write(self, page: Page, report: Report, owner: Owner | None = None) -> list[Row]:
        """Write a page in one transaction, and complete its nested lists; returns its rows.

        The report is also filled if an error ends it early.
        """
        return run(self.write_steps(page, report, owner))

    def write_steps(
        self, page: Page, report: Report, owner: Owner | None = None
    ) -> Steps[list[Row]]:
        mapped = self.mapped(page, owner)
        report.add(mapped.report)
        for attempt in retries.transactions(self.using):
            with attempt:
                written = self.write_in_transaction(mapped)
        report.add(written)
        report.before.update(written.before)
        yield from self._complete_all(mapped, report)
        return mapped.rows

    def mapped(self, page: Page, owner: Owner | None = None) -> MappedPage:
        """The rows of a page in scope; ``owner`` is the object whose list it is a page of."""
        moment, mode = Moment.of_read(page.time), self.home.livemode
        context = Context(moment, self.account, mode, self.home, page.expanded, decoded=True)
        return mapped(page.objects, context, owner)

    def write_in_transaction(self, page: MappedPage) -> Report:
        """Write the rows in the caller's transaction, and queue the refetches that they need."""
        return write_in_transaction(page, self.using)

    def complete(self, page: MappedPage, report: Report) -> None:
        """Read and write the rest of the incomplete nested lists of a page."""
        run(self._complete_all(page, report))

    def _complete_all(self, page: MappedPage, report: Report) -> Steps[None]:
        for row, nested in page.incomplete:
            yield from self._complete(row, nested, page, report)

    def _complete(
        self, row: Row, nested: NestedList, page: MappedPage, report: Report
    ) -> Steps[None]:
        """Write the rest of a nested list; a refusal is a failure of this list alone."""
        owner = Owner.of_nested(row, nested)
        ids = page.ids_in(owner)
        members = registry.members(row.model).get(nested.key, {})
        try:
            paths = [path for each in members for path in expansions(each, is_listed=True)]
            expand = {"expand": paths} if len(members) == 1 and paths else {}
            walk = self.client.walk(nested.url, {"starting_after": nested.last_id, **expand})
            while rest := (yield from walk.next_page()):
                ids.update(
                    each.stripe_id for each in (yield from self.write_steps(rest, report, owner))
                )
                self.beat()
        except (StripeDjangoError, stripe.InvalidRequestError) as error:
            reason = _("only the beginning of %(key)s was read: %(error)s") % {
                "key": nested.key,
                "error": in_a_line(error),
            }
            report.fail(Failure(row.model.stripe.object_name, row.stripe_id, reason))
            return
        written = {model: each for model, each in members.items() if model in models_in_scope()}
        for attempt in retries.transactions(self.using):
            with attempt:
                list_members.mark_absent(row, written, ids, self.using)


def mapped(objects: Iterable[Any], context: Context, owner: Owner | None = None) -> MappedPage:
    """The rows in scope of the objects in one response."""
    report = Report()
    rows = [row for each in objects for row in _rows(each, context, owner, report)]
    return MappedPage(listed_in_scope(rows, context.home), report)


def write_in_transaction(page: MappedPage, using: str) -> Report:
    written = upsert.write_in_transaction(page.rows, using=using)
    refetch_queue.queue_all(written, using)
    return written


def _rows(payload: Any, context: Context, owner: Owner | None, report: Report) -> list[Row]:
    if owner and (model := registry.model_of(payload)):
        context = context._replace(parent=owner.parent_of(model))
    elif owner and isinstance(payload, dict):  # an object whose type has no model
        account, home = context.account, context.home
        return mapper.nested_rows(payload, account=account, livemode=home.livemode, home=home)
    try:
        return mapper.rows_in(payload, context)
    except PayloadError as error:
        report.fail(failure_of(payload, error))
        return []
