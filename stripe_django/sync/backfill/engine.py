"""Everything that Stripe lists: fetched by several workers, written by the calling thread."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import stripe
from django.db import DatabaseError, router

from stripe_django.api.client import Client
from stripe_django.conf import settings
from stripe_django.exceptions import (
    AccountUnavailableError,
    StripeDjangoError,
    UnavailableError,
    UnreachableError,
)
from stripe_django.models import Home
from stripe_django.models.base import StripeModel
from stripe_django.sync import home
from stripe_django.sync.ingest import MappedPage, PageWriter, in_a_line
from stripe_django.sync.writer.overlap import nothing

from .checkpoints import Book
from .list_endpoints import Listing
from .partitions import Fetched, Owned, Part, Single
from .progress import ObjectRun, Observer, Status
from .spans import Span
from .worker_pool import Brought, Crew

TICK = 1.0  # seconds between signs of life, while nobody brings anything


def run(
    models: Sequence[type[StripeModel]],
    *,
    account: str = "",
    since: datetime | None = None,
    whole: Collection[type[StripeModel]] = (),
    observer: Observer | None = None,
    workers: int | None = None,
    book: Book | None = None,
) -> list[ObjectRun]:
    """Sync these kinds of objects, side by side.

    ``account`` is the connected account to read on behalf of, ``since`` the earliest creation, but
    not of those that are read ``whole``, ``workers`` how many requests may be under way at once,
    and ``book`` records the run, so that it can be resumed. Neither what the account has no
    access to nor a failure stops the rest; a refused key does, with the SDK's
    ``AuthenticationError``, an account that Stripe does not know, with
    ``AccountUnavailableError``, and a first request that gets no answer, with
    ``UnreachableError``.
    """
    using = router.db_for_write(Home)
    mine = home.for_key(using, account)
    account = mine.resolve(account)
    client = Client(account=account)
    writer = PageWriter(client, using, account, mine)
    observer = observer or Observer()
    observer.rate = lambda: client.rate
    book = book or Book()
    listings = [Listing(client, each, None if each in whole else since) for each in models]
    waiting = book.parts(listings, parts_of)
    return Backfill(writer, observer, Crew(workers or settings.workers), book, waiting).run()


def parts_of(listing: Listing) -> Iterator[Part]:
    """All there is to be read of one kind of object."""
    if listing.model.stripe.singleton_path:
        yield Single(listing)
    if listing.model.stripe.list_parent:
        yield Owned(listing)
    elif listing.model.stripe.list_path:
        since = listing.since if listing.is_divisible else None
        yield Span(listing, start=int(since.timestamp()) if since else None)


@dataclass(slots=True)
class Backfill:
    """One run over one account: who fetches what next, and what becomes of what comes back.

    ``waiting`` are the parts that nobody fetches at the moment, ``open`` counts those of each kind
    of object that are not done yet. ``following`` was brought already, and is mapped while the
    database is busy with what comes before it. ``is_answered`` says that Stripe takes the key.
    """

    writer: PageWriter
    observer: Observer
    crew: Crew
    book: Book
    waiting: deque[Part]
    runs: dict[type[StripeModel], ObjectRun] = field(default_factory=dict)
    open: Counter[type[StripeModel]] = field(default_factory=Counter)
    following: tuple[Brought, MappedPage | None] | None = None
    is_answered: bool = False

    def run(self) -> list[ObjectRun]:
        self.open.update(part.model for part in self.waiting)
        try:
            while self.waiting or self.crew.busy or self.following:
                self._hand_out()
                taken, self.following = self.following or self._take(TICK), None
                self.book.beat()
                if taken is not None:
                    self._handle(*taken)
        except KeyboardInterrupt:
            for run in self.runs.values():
                if run.status is Status.RUNNING:
                    run.status = Status.INTERRUPTED
                    self.observer.ended(run)
            raise
        finally:
            self.crew.dismiss()
        return self.observer.runs

    def _hand_out(self) -> None:
        """Give work to who has none; until the key is known to be good, to one alone."""
        room = self._idle if self.is_answered else 1 - self.crew.busy
        while room > 0 and (part := self._next()) is not None:
            run = self._begin(part)
            if isinstance(part, Owned) and not self._find_owners(part):
                self._close(part, run)
            else:
                self.crew.give(part)
                room -= 1

    @property
    def _idle(self) -> int:
        """How many workers have nothing to do, and have brought nothing that is not written."""
        return self.crew.idle - bool(self.following)

    def _next(self) -> Part | None:
        """The first part that need not wait for another kind of object to be complete."""
        for part in self.waiting:
            if self._is_ready(part):
                self.waiting.remove(part)
                return part
        return None

    def _is_ready(self, part: Part) -> bool:
        return not (isinstance(part, Owned) and self.open[part.listing.owner_model])

    def _begin(self, part: Part) -> ObjectRun:
        run = self.runs.get(part.model)
        if run is None:
            run = self.runs[part.model] = ObjectRun(part.model)
            self.observer.began(run)
        if part not in run.parts:
            run.parts.append(part)
        return run

    def _find_owners(self, part: Owned) -> bool:
        if not part.owners:
            writer = self.writer
            place = writer.using, writer.account, writer.home.livemode
            part.owners = part.listing.owners(*place, after=part.after)
            part.is_done = not part.owners
        return not part.is_done

    def _take(self, timeout: float) -> tuple[Brought, MappedPage | None] | None:
        """What a worker brings within so many seconds, and its page."""
        brought = self.crew.take(timeout) if self.crew.busy else None
        if brought is None:
            return None
        if brought.fetched is None or brought.fetched.page is None:
            return brought, None
        page = brought.part.take(brought.fetched.page)
        return brought, self.writer.mapped(page, brought.fetched.owner)

    def _handle(self, brought: Brought, page: MappedPage | None) -> None:
        run = self.runs[brought.part.model]
        try:
            if brought.error is not None:
                raise brought.error
            assert brought.fetched is not None
            self.is_answered = True
            self._write(brought.part, brought.fetched, page, run)
            self._go_on(brought.part, run)
        except (stripe.AuthenticationError, AccountUnavailableError):
            raise
        except stripe.APIConnectionError as error:
            if not self.is_answered:
                raise UnreachableError(unreachable(error)) from error
            self._fail(brought.part, run, error)
        except (stripe.StripeError, StripeDjangoError, DatabaseError) as error:
            self._fail(brought.part, run, error)

    def _fail(self, part: Part, run: ObjectRun, error: Exception) -> None:
        is_refused = isinstance(error, UnavailableError)
        if isinstance(part, Span) and part.has_bounds and _is_about_bounds(error, run):
            self._unbind(part, run)
        elif is_refused and not _has_list(run):
            self._give_up(part, run, Status.UNAVAILABLE, in_a_line(error))
        else:
            told = f"{type(error).__name__}: {in_a_line(error)}"
            self._give_up(part, run, Status.FAILED, told)

    def _write(self, part: Part, fetched: Fetched, page: MappedPage | None, run: ObjectRun) -> None:
        if fetched.page is None or page is None:
            assert isinstance(part, Owned)
            part.pass_by(fetched.refusal)
            self.book.note(part)
            return
        part.pages += 1
        part.read += page.size
        self.following = self._take(0)
        following = self.following[1] if self.following else None
        note = partial(self.book.note, part, fetched.page.as_of)
        meanwhile = following.rows.some if following else nothing
        self.writer.write_mapped(page, run.report, note, meanwhile)
        run.pages += 1
        run.read += page.size
        self.observer.page(run)
        if part.problem:
            raise StripeDjangoError(part.problem)

    def _go_on(self, part: Part, run: ObjectRun) -> None:
        """Have the next page fetched, and give away some of what follows if others are idle."""
        if part.is_done or run.status is not Status.RUNNING:
            self._close(part, run)
            return
        spare = self._idle - sum(map(self._is_ready, self.waiting))
        if isinstance(part, Span) and spare > 1:
            given = part.divide(spare)
            self.book.divide(part, given)
            self.open[part.model] += len(given)
            self.waiting.extend(given)
            run.parts.extend(given)
        self.waiting.append(part)

    def _unbind(self, part: Span, run: ObjectRun) -> None:
        """Have one worker read the list to its end: the server refuses bounds, or all of it."""
        for each in [each for each in self.waiting if each.model is part.model]:
            if isinstance(each, Span) and each.end is None:
                each.unbind()
            elif isinstance(each, Span):
                self.waiting.remove(each)
                self._drop(each, run)
        if part.end is None:
            part.unbind()
            self.waiting.append(part)
        else:
            self._drop(part, run)

    def _drop(self, part: Span, run: ObjectRun) -> None:
        """Another part reads what this one was to read."""
        part.is_done = True
        self.book.note(part)
        self._close(part, run)

    def _give_up(self, part: Part, run: ObjectRun, status: Status, error: str) -> None:
        """Leave the rest of these objects alone; what is under way is still written."""
        if run.status is Status.RUNNING:
            run.status, run.error = status, error
        self.book.give_up(part, status, error)
        for other in [each for each in self.waiting if each.model is part.model]:
            self.waiting.remove(other)
            self.open[part.model] -= 1
        self._close(part, run)

    def _close(self, part: Part, run: ObjectRun) -> None:
        self.open[part.model] -= 1
        if isinstance(part, Owned) and part.is_done and part.refusal and not part.has_any:
            run.status, run.error = Status.UNAVAILABLE, part.refusal
            self.book.give_up(part, run.status, run.error)
        if not self.open[part.model]:
            if run.status is Status.RUNNING:
                run.status = Status.DONE
            self.observer.ended(run)


def unreachable(error: BaseException) -> str:
    """The address, and what the network says in the end; the SDK's own message is long."""
    root = error
    while (deeper := root.__cause__ or root.__context__) is not None:
        root = deeper
    return f"{settings.api_base} cannot be reached: {' '.join(str(root).split())}"


def _has_list(run: ObjectRun) -> bool:
    """Whether Stripe has listed some of these objects: then a refusal is not for good."""
    return any(part.pages for part in run.parts if not isinstance(part, Single))


def _is_about_bounds(error: Exception, run: ObjectRun) -> bool:
    """Whether a list may have been refused for the time that it was asked for."""
    if isinstance(error, UnavailableError) or str(getattr(error, "param", "")) == "created":
        return True
    has_minded = any(part.pages for part in run.parts if isinstance(part, Span) and part.end)
    return isinstance(error, stripe.APIError) and not has_minded
