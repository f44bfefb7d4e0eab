"""Rows that were written under another policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.privacy.policy import Policy
from stripe_django.privacy.separator import POLICY_SEPARATOR
from stripe_django.sync.database import keyset, retries
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Row, policy_of
from stripe_django.sync.mapping.stored import row_under_policy
from stripe_django.sync.writer import rewrite
from stripe_django.sync.writer.report import Failure

BATCH = 200  # rows in one transaction

Notify = Callable[[str, int], None]  # of an object: its name, and rows so far


def version_of(home: HomeAccount) -> str:
    return home.policy.version if home.policy else ""


def rows_of(model: type[StripeModel], using: str) -> QuerySet:
    return QuerySet(model, using=using)


def is_under(version: str) -> Q:
    """The condition for rows written under a policy of this version; empty for none."""
    if version:
        return Q(digest__startswith=f"{version}{POLICY_SEPARATOR}")
    return ~Q(digest__contains=POLICY_SEPARATOR)


@dataclass(slots=True)
class Rewrite:
    """Rewrites the rows of one model, some in each transaction; ``whole`` is for all of them."""

    model: type[StripeModel]
    home: HomeAccount
    using: str
    whole: bool = False
    notify: Notify = lambda name, count: None
    written: int = 0
    failures: list[Failure] = field(default_factory=list)

    def run(self) -> None:
        rows = rows_of(self.model, self.using)
        mine, erased = version_of(self.home), Policy().withholding_all().version
        others = rows if self.whole else rows.exclude(is_under(mine))
        if erased != mine:  # erased customers' rows have nothing left to withhold
            others = others.exclude(is_under(erased))
        for batch in keyset.batches(others.only("pk", "stripe_id"), BATCH):
            for attempt in retries.transactions(self.using):
                with attempt:
                    written, failures = self._rewrite([row.stripe_id for row in batch])
            self.written += written
            self.failures += failures
            self.notify(self.model.stripe.object_name, self.written)

    def _rewrite(self, stripe_ids: list[str]) -> tuple[int, list[Failure]]:
        """Rewrite some rows, unless another process has meanwhile, and return those that failed."""
        failures: list[Failure] = []

        def rewritten(stored: StripeModel) -> Row | None:
            if not self.whole and policy_of(stored.digest) == version_of(self.home):
                return None
            try:
                return row_under_policy(stored, self.home)
            except PayloadError as error:
                name = self.model.stripe.object_name
                failures.append(Failure(name, stored.stripe_id, str(error)))
                return None

        written = rewrite.rewrite_in_transaction(
            self.model, stripe_ids, rewritten, using=self.using
        )
        return written, failures
