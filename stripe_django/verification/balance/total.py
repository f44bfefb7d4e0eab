"""All balance transactions add up to the balance; what they lack is looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.models import BalanceTransaction, Verification
from stripe_django.models.querysets.base import is_alive
from stripe_django.sync.ingest import PageWriter
from stripe_django.verification import stored
from stripe_django.verification.horizon import last_listed
from stripe_django.verification.objects import ObjectVerification
from stripe_django.verification.options import VerifyRequest
from stripe_django.verification.run import Observer
from stripe_django.verification.sightings import Sighting

from . import clues, sums
from .results import Proof, ProofRequest, note
from .sums import Amounts, Disagreement

Method, Difference = Verification.Method, Verification.Difference

ATTEMPTS = 3  # to read a balance that does not move meanwhile


@dataclass(slots=True)
class TotalProof:
    """``counted`` are the ids of transactions that were found to differ."""

    request: ProofRequest
    writer: PageWriter
    observer: Observer
    proof: Proof
    counted: set[str] = field(default_factory=set)

    def prove(self, row: Verification) -> None:
        row.rows = self._period().count()
        row.verified = row.rows
        row.as_of = clock_of(settings.api_base).best_now()
        self.proof.lines = sums.lines(self._period())
        found = self._disagreements()
        left = {(each.balance_type, each.currency): each.difference for each in found}
        self.proof.unexplained = left
        if left:
            self._follow_clues(row)
        if any(left.values()) or self.request.listed:
            self._search(row)
        for (balance_type, currency), amount in left.items():
            if amount:
                note(row, _unexplained(balance_type, currency, amount))

    def _period(self) -> QuerySet[BalanceTransaction]:
        rows = self._rows()
        rows = rows.filter(created__gte=self.request.since) if self.request.since else rows
        return rows.filter(created__lt=self.request.until) if self.request.until else rows

    def _rows(self) -> QuerySet[BalanceTransaction]:
        rows: QuerySet[BalanceTransaction] = QuerySet(BalanceTransaction, using=self.writer.using)
        return rows.filter(is_alive(), stripe_account=self.writer.account)

    def _disagreements(self) -> list[Disagreement]:
        """What the rows of before the last sync and the list since then do not add up to."""
        boundary = self._last_sync()
        older = self._rows().filter(created__lt=boundary) if boundary else self._rows().none()
        created = {"gte": int(boundary.timestamp())} if boundary else {}
        path = str(BalanceTransaction.stripe.list_path)
        for _ in range(ATTEMPTS):
            before = self._balance()
            self.proof.here = sums.nets(older)
            params = {"created": created} if created else {}
            for page in self.writer.client.pages(path, params):
                for name, amounts in sums.nets_of(page.objects).items():
                    self.proof.here.setdefault(name, Counter()).update(amounts)
            after = self._balance()
            if sums.at_stripe(before) == sums.at_stripe(after):
                break
        self.proof.at_stripe = sums.at_stripe(after)
        return [*sums.disagreements(self.proof.here, after)]

    def _balance(self) -> Mapping[str, Any]:
        [balance] = self.writer.client.retrieve("/v1/balance").objects
        found: Mapping[str, Any] = balance
        return found

    def _last_sync(self) -> datetime | None:
        """Until when the rows should be complete; without a sync, until the newest row."""
        place = self.writer.account, self.writer.using
        newest = self._rows().order_by("-created").values_list("created", flat=True)
        return last_listed(BalanceTransaction, *place) or newest.first()

    # What the sums lack

    def _follow_clues(self, row: Verification) -> None:
        work = self._verification(row)
        subjects = [*clues.missing(self.writer)]
        work.looks.read([each for each in subjects if each.path is not None])
        while work.looks.suspects.waiting:
            work.looks.again()
        self.proof.failures += work.failures()

    def _search(self, row: Verification) -> None:
        """Compare the list of the period, until nothing is unexplained."""
        verified = row.verified
        work = self._verification(row)
        if not self.request.listed:
            work.is_enough = lambda: not any(self.proof.unexplained.values())
        row.progress = None
        work.run()
        row.verified = max(verified, row.verified - verified)
        self.proof.failures += work.failures()

    def _verification(self, row: Verification) -> ObjectVerification:
        request = VerifyRequest(
            [BalanceTransaction],
            self.request.account,
            self.request.since,
            self.request.until or self._last_sync(),
            sample=None,
            repair=self.request.repair,
            workers=self.request.workers,
            grace=0.0,  # no event says anything of balance transactions
        )
        work = ObjectVerification(
            row, BalanceTransaction, self.writer, request, self.observer.progressed
        )
        work.looks.confirmed, work.looks.counted = self._explain, self.counted
        return work

    def _explain(self, sighting: Sighting) -> None:
        """Take off the difference what a transaction contributes to it."""
        stripe_id = sighting.subject.stripe_id
        row = stored.load(BalanceTransaction, [stripe_id], self.writer.using).get(stripe_id)
        is_here = (
            row is not None
            and stored.is_alive(row)
            and row["stripe_account"] == self.writer.account
        )
        self._take_off(sums.nets_of(sighting.page.objects), 1)
        self._take_off(sums.nets_of([row] if row and is_here else []), -1)

    def _take_off(self, nets: Mapping[str, Amounts], sign: int) -> None:
        left = self.proof.unexplained
        for name, by_currency in nets.items():
            for currency, net in by_currency.items():
                left[name, currency] = left.get((name, currency), 0) - sign * net


def _unexplained(balance_type: str, currency: str, amount: int) -> dict[str, Any]:
    return {
        "object": "balance",
        "id": f"{balance_type} {currency}",
        "difference": Difference.SUM.value,
        "columns": [],
        "amount": amount,
        "currency": currency,
    }
