"""Looks at objects twice: what differs at first may only be late, and is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import AccountUnavailableError, StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Verification
from stripe_django.sync.ingest import PageWriter, in_a_line
from stripe_django.sync.writer.report import Failure

from . import sightings, walk
from .comparison import compare
from .findings import Finding
from .heartbeat import Heartbeat
from .options import VerifyRequest
from .repair import repair
from .sightings import Sighting, Subject
from .suspects import LOOKS, Suspect, Suspects

EXAMPLES = 100  # differences that are stored with their ids
REREAD = 1_000  # differences of one object that are confirmed by another read; more by their rows
MOST_FAILURES = 20  # reads that fail, before that is no exception


@dataclass(slots=True)
class Looks:
    """The looks at the objects of one verification, whose row counts what they find.

    ``note_keys`` gets the primary keys of the rows that a first look has found, and ``confirmed``
    each object that differs, before it is repaired. ``counted`` are the ids of those that were
    counted before, by looks on another way.
    """

    row: Verification
    writer: PageWriter
    request: VerifyRequest
    heartbeat: Heartbeat
    note_keys: Callable[[Sequence[int]], None] = lambda keys: None
    confirmed: Callable[[Sighting], None] = lambda sighting: None
    counted: set[str] | None = None
    failures: list[Failure] = field(default_factory=list)
    suspects: Suspects = field(init=False)

    def __post_init__(self) -> None:
        self.suspects = Suspects(self.request.grace, self.heartbeat)

    def first(self, seen: Sequence[Sighting]) -> None:
        """Compare objects; those that seem to differ become suspects."""
        found = compare(seen, self.writer.using, self._now())
        self.note_keys(found.keys)
        self.row.verified += len(seen)
        for sighting, findings in zip(seen, found.findings, strict=True):
            if self.row.as_of is None:
                self.row.as_of = sighting.page.as_of
            if findings:
                self.suspects.add(sighting, findings)

    def read(self, subjects: Sequence[Subject]) -> list[Subject]:
        """Read objects and compare them; returns those that Stripe does not have."""
        found = [*self._sightings(subjects)]
        self.first(found)
        return [each.subject for each in found if each.is_gone]

    def again(self) -> None:
        """Look again at the first suspects; what still differs is counted, and repaired."""
        batch = self.suspects.next_batch()
        by_subject = {each.subject.stripe_id: each for each in batch}
        confirmed = self.row.count
        reread = [each for each in batch if self._is_to_be_read(each, confirmed)]
        subjects = [each.subject for each in reread]
        found = [*self._sightings(subjects)]
        for each in batch:
            if each not in reread and each.page is not None:
                one = sightings.sighting_of(self.writer, each.subject, each.page, self.failures)
                found.append(one)
        compared = compare(found, self.writer.using, self._now())
        for sighting, findings in zip(found, compared.findings, strict=True):
            if findings:
                self._judge(by_subject[sighting.subject.stripe_id], sighting, findings)

    @staticmethod
    def _is_to_be_read(suspect: Suspect, confirmed: int) -> bool:
        has_page = suspect.page is not None
        return suspect.subject.path is not None and not (has_page and confirmed > REREAD)

    def _judge(self, suspect: Suspect, sighting: Sighting, findings: list[Finding]) -> None:
        if suspect.is_confirmed_by(findings):
            self._count(sighting, findings)
        elif suspect.looks < LOOKS:
            self.suspects.add(sighting, findings, suspect.looks + 1)

    def _count(self, sighting: Sighting, findings: list[Finding]) -> None:
        if self.counted is not None:
            if sighting.subject.stripe_id in self.counted:
                return
            self.counted.add(sighting.subject.stripe_id)
        for each in findings:
            name = each.difference.value
            self.row.differences[name] = self.row.differences.get(name, 0) + 1
            if len(self.row.examples) < EXAMPLES:
                self.row.examples.append(each.document)
        self.confirmed(sighting)
        if self.request.repair:
            place = self.writer, sighting, findings, self._now(), self.failures
            self.row.repaired += repair(*place)

    def _sightings(self, subjects: Sequence[Subject]) -> Iterator[Sighting]:
        """What reads show; of those that fail, some are reported, and many end it."""
        at_once = self.request.at_once
        for each in walk.read_all(self.writer, subjects, at_once, self.heartbeat):
            if each.page is not None:
                yield sightings.sighting_of(self.writer, each.subject, each.page, self.failures)
                continue
            assert each.error is not None
            if not _concerns_one_object(each.error):
                raise each.error
            reason = _("cannot be read: %(error)s") % {"error": in_a_line(each.error)}
            name = each.subject.model.stripe.object_name
            self.failures.append(Failure(name, each.subject.stripe_id, reason))
            if len(self.failures) >= MOST_FAILURES:
                raise each.error

    @staticmethod
    def _now() -> datetime:
        return clock_of(settings.api_base).best_now()


def _concerns_one_object(error: BaseException) -> bool:
    """Whether others may be read in spite of it."""
    if isinstance(error, stripe.AuthenticationError | AccountUnavailableError):
        return False
    return isinstance(error, stripe.StripeError | StripeDjangoError)
