"""The beginning and the end of a run, each by one process: the one with the lease of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.exceptions import NothingReadError, OvertakenError, UnavailableError
from stripe_django.models import MirroredAccount, SyncRange, SyncRun, TestHelpersTestClock
from stripe_django.models.base import StripeModel
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.backfill import engine, leases
from stripe_django.sync.backfill.checkpoints import StoredCheckpoints, transactions
from stripe_django.sync.backfill.leases import RunLease
from stripe_django.sync.backfill.list_endpoints import TEST_CLOCK_LISTS, Listing
from stripe_django.sync.backfill.progress import ObjectRun, Observer, Status
from stripe_django.sync.events import poller
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.repair import missing
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer.report import Failure

from . import account_lists, dormancy

SHORT = 1_000  # objects

Kind = SyncRun.Kind
Ranges = SyncRange.Status
State = MirroredAccount.State


def plan(
    lease: RunLease, observer: Observer, models: Sequence[type[StripeModel]] | None = None
) -> None:
    """Apply the events that an incremental run needs, and store what is to be listed.

    ``models`` are the objects of the run, in the order in which to read them.
    """
    run, using = lease.run, lease.using
    if run.kind == Kind.CHANGES and not _poll(lease, observer):
        run.kind, run.since = Kind.FULL, None  # since events do not show what has changed
        lease.update(kind=run.kind, since=run.since)
    pages = PageWriter.for_account(run.stripe_account, using)
    client, mine = pages.client, pages.home
    whole = _short(run, using) if run.kind == Kind.CHANGES else ()
    models = _listed(run, list(models or _models(run)), pages)
    if models and not mine.livemode:
        models = with_test_clocks(models)
    listings = [Listing(client, each, None if each in whole else run.since) for each in models]
    split = engine.live_partitions if mine.livemode else engine.partitions
    for attempt in transactions(using):
        with attempt:
            if not lease.mine.update(is_planned=True, **_changed(run)):
                raise OvertakenError
            StoredCheckpoints(run, using).plan(listings, split)


def _listed(
    run: SyncRun, models: list[type[StripeModel]], pages: PageWriter
) -> list[type[StripeModel]]:
    """The models to be listed: of another account none if it is dormant, and else those that it
    may have.

    One with a key of its own is never dormant: a platform may have nothing but other accounts.
    """
    if run.is_named or not run.stripe_account:
        return models
    is_worth_it = (
        not pages.has_own_key and run.kind == Kind.FULL and len(models) > len(dormancy.SIGNS)
    )
    if is_worth_it and (since := dormancy.dormant_since(pages)):
        run.as_of, run.objects_read = since, leases.names(dormancy.SIGNS)
        return []
    return account_lists.of(run, models, pages)


def _changed(run: SyncRun) -> dict[str, Any]:
    return {"as_of": run.as_of, "objects_read": run.objects_read}


def _models(run: SyncRun) -> list[type[StripeModel]]:
    known = registry.by_object_name()
    models = [known[name] for name in run.objects_read if name in known]
    return sorted(models, key=lambda model: bool(model.stripe.list_parent))


def with_test_clocks(models: list[type[StripeModel]]) -> list[type[StripeModel]]:
    """The models, and that of test clocks if any of them has a list for each clock."""
    params = {TEST_CLOCK_LISTS.get(model.stripe.object_name) for model in models}
    is_known = TestHelpersTestClock in models or TestHelpersTestClock not in models_in_scope()
    return models if is_known or "test_clock" not in params else [TestHelpersTestClock, *models]


def _short(run: SyncRun, using: str) -> list[type[StripeModel]]:
    """The object types with few objects: reading all of them finds more changes."""
    full = SyncRun.objects.using(using).filter(
        stripe_account=run.stripe_account, status=SyncRun.Status.DONE, kind=Kind.FULL
    )
    last = full.order_by("-pk").first()
    if last is None:
        return []
    ranges = SyncRange.objects.using(using).filter(run=last)
    sizes = dict(ranges.values_list("object_name").annotate(Sum("read")))
    known = registry.by_object_name()
    # The ranges of empty lists are not kept.
    short = [name for name in last.objects_read if sizes.get(name, 0) <= SHORT]
    return [known[name] for name in short if name in known]


def _poll(lease: RunLease, observer: Observer) -> bool:
    """Apply the events that are not here; false if these do not show all that has changed."""

    def keep_alive() -> bool:
        lease.heartbeat()
        return False

    try:
        poll = poller.poll(lease.run.stripe_account, observer=observer, should_stop=keep_alive)
    except UnavailableError:
        return False
    return poll.missed_since is None


def finish(lease: RunLease, read: list[ObjectRun]) -> int:
    """End a run that is read: find what is gone, begin to poll events, and store how it ended.

    Returns how many rows Stripe no longer has; ``read`` is what this process has read of it, and
    gets what has failed in others. Raises ``NothingReadError`` if Stripe has refused all of it.
    """
    run, using, deleted = lease.run, lease.using, 0
    run.refresh_from_db(using=using)
    _require(run, read, using)
    is_dormant = set(run.objects_read) == set(leases.names(dormancy.SIGNS)) and not run.is_named
    if run.kind == Kind.FULL and not is_dormant:
        deleted = missing.mark_deleted(run, read, using, lease.heartbeat)
    read += _failed_elsewhere(run, read, using)
    is_failed = any(each.is_failure for each in read)
    status = SyncRun.Status.FAILED if is_failed else SyncRun.Status.DONE
    for attempt in transactions(using):
        with attempt:
            lease.end(status)
            if run.kind == Kind.FULL and not run.is_named:
                _begin_polling(run, using, is_dormant=is_dormant)
            if run.stripe_account and not is_failed:  # there may be thousands of accounts
                StoredCheckpoints(run, using).prune()
    return deleted


def _require(run: SyncRun, read: Sequence[ObjectRun], using: str) -> None:
    """Make a refusal of what was named a failure; raises if there was nothing but refusals."""
    for each in read:
        each.is_required = run.is_named and each.model.stripe.object_name in run.objects_read
    rows = StoredCheckpoints(run, using).rows
    refused = rows.filter(status=Ranges.UNAVAILABLE).order_by("pk").first()
    others = rows.filter(status=Ranges.FAILED) | rows.filter(pages__gt=0)
    if refused and not run.is_named and not others.exists():
        raise NothingReadError(
            _("%(explanation)s The first refusal: %(error)s")
            % {"explanation": NothingReadError.explanation(), "error": refused.error}
        )


def _failed_elsewhere(run: SyncRun, read: Sequence[ObjectRun], using: str) -> list[ObjectRun]:
    """What has failed in other processes, as far as this one does not know."""
    known = {each.model for each in read if each.is_failure}
    models = registry.by_object_name()
    ended = {Ranges.FAILED: Status.FAILED, Ranges.UNAVAILABLE: Status.UNAVAILABLE}
    failed = []
    rows = StoredCheckpoints(run, using).rows
    for row in rows.filter(status__in=ended).order_by("pk"):
        model = models.get(row.object_name)
        if model is None or model in known:
            continue
        required = run.is_named and row.object_name in run.objects_read
        made = ObjectRun(model, ended[Ranges(row.status)], error=row.error, is_required=required)
        failed += [made] if made.is_failure else []
        known.add(model)
    return [*failed, *_objects_failed_elsewhere(run, read, using)]


def _objects_failed_elsewhere(
    run: SyncRun, read: Sequence[ObjectRun], using: str
) -> Iterator[ObjectRun]:
    mine: Counter[type[StripeModel]] = Counter()
    for each in read:
        mine[each.model] += len(each.report.failures)
    models = registry.by_object_name()
    rows = StoredCheckpoints(run, using).rows.filter(failed__gt=0).order_by()
    for name, count in rows.values_list("object_name").annotate(Sum("failed")):
        if name in models and (others := count - mine[models[name]]) > 0:
            made = ObjectRun(models[name], Status.DONE)
            made.report.fail(
                Failure(
                    name,
                    "",
                    _("%(others)s failed in another process") % {"others": intcomma(others)},
                )
            )
            yield made


def _begin_polling(run: SyncRun, using: str, *, is_dormant: bool) -> None:
    """Poll events from the beginning of the run on: what happened before it was read."""
    if run.as_of is None:
        return
    state = poller.state_of(run.stripe_account, using, since=run.as_of)
    mirrored = mirrored_accounts.rows(using).filter(pk=state.pk)
    mirrored.filter(read_until__lt=run.as_of).update(read_until=run.as_of)
    mirrored.update(missed_since=None, synced_at=timezone.now())
    if not is_dormant:
        mirrored.filter(state=State.DORMANT).update(state=State.ACTIVE)
        return
    mirrored.filter(state__in=(State.ACTIVE, State.REFUSED)).update(state=State.DORMANT)
    # One that stays paused is to be read then, because only the signs of anything were.
    mirrored.exclude(state=State.DORMANT).update(synced_at=None)
