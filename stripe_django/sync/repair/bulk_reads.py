"""Refetches of many objects of one kind: by pages of their list, where these are fewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from stripe_django import registry
from stripe_django.api.client import Page
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer.report import Report

from . import resolution

MANY = 20  # objects, from which on their list is tried
WORTH = 5  # objects that a page has to replace, or single requests take over
BATCH = 500
CREATED = "created"

Ids = set[str]  # of Stripe's


def run() -> int:
    """Read what is due in large numbers; returns how many objects that has resolved.

    The rest is left to single requests, also after an error.
    """
    using = router.db_for_write(PendingRead)
    due = PendingRead.objects.using(using).filter(next_attempt_at__lte=timezone.now())
    names = due.values_list("object_name").annotate(count=Count("pk")).filter(count__gte=MANY)
    models = registry.by_object_name()
    resolved = 0
    for name, _ in names.order_by("object_name"):
        model = models[name]
        if model in models_in_scope() and model.stripe.list_path and not model.stripe.list_parent:
            for account, waiting in _by_account(model, due, using):
                resolved += _Listed(model, account, using).read(waiting)
    return resolved


def _by_account(
    model: type[StripeModel], due: QuerySet[PendingRead], using: str
) -> Iterator[tuple[str, Ids]]:
    """The objects that wait, where there are many of one account."""
    found: dict[str, Ids] = defaultdict(set)
    ids = list(due.filter(object_name=model.stripe.object_name).values_list("stripe_id", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = model._base_manager.using(using).filter(stripe_id__in=ids[start : start + BATCH])
        known = rows.filter(stripe_account__isnull=False)
        for account, stripe_id in known.values_list("stripe_account", "stripe_id"):
            found[str(account)].add(stripe_id)
    yield from ((account, each) for account, each in found.items() if len(each) >= MANY)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The list of one kind of object in one account."""

    model: type[StripeModel]
    account: str
    using: str

    def read(self, waiting: Ids) -> int:
        """Read pages until all have come, or pages bring too little."""
        resolved, left = 0, len(waiting) // WORTH
        try:
            writer = PageWriter.for_account(self.account, self.using)
            for page in writer.client.pages(
                str(self.model.stripe.list_path), self._params(waiting)
            ):
                resolved += self._write(page, writer, waiting)
                left -= 1
                if left <= 0 or not waiting:
                    break
        except (StripeDjangoError, stripe.StripeError):
            return resolved  # what is wrong shows in the single requests
        return resolved

    def _params(self, waiting: Ids) -> Mapping[str, Any]:
        """What narrows the list down to the times at which the objects were created."""
        params = dict(self.model.stripe.list_params)
        names = {field.name for field in self.model._meta.concrete_fields}
        if (
            not self.model.stripe.list_has_created_filter
            or CREATED not in names
            or len(waiting) > BATCH
        ):
            return params
        rows: QuerySet = self.model._base_manager.using(self.using)
        bounds = rows.filter(stripe_id__in=list(waiting)).aggregate(
            gte=Min(CREATED), lte=Max(CREATED), known=Count(CREATED)
        )
        if bounds.pop("known") < len(waiting) or self.model.stripe.object_name.startswith("v2."):
            return params
        return params | {CREATED: {name: int(at.timestamp()) for name, at in bounds.items()}}

    def _write(self, page: Page, writer: PageWriter, waiting: Ids) -> int:
        """Write a page; returns how many of its objects need no other read."""
        report = Report()
        written = writer.write(page, report)
        ids = [row.stripe_id for row in written if row.model is self.model]
        reads = PendingRead.objects.using(self.using).filter(
            object_name=self.model.stripe.object_name
        )
        rows = self.model._base_manager.using(self.using)
        fresh = {row.stripe_id: row for row in rows.filter(stripe_id__in=ids)}
        resolved = 0
        for read in reads.filter(stripe_id__in=ids):
            row = fresh.get(read.stripe_id)
            before = report.before.get((self.model, read.stripe_id))
            if row and resolution.resolve(read, row, before):
                waiting.discard(read.stripe_id)
                resolved += 1
        return resolved
