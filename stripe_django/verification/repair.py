"""Writes what a read has shown, as any read is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stripe_django.api.client import Page
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.writer.distrust import distrust
from stripe_django.sync.writer.report import Failure, Report

from .comparison import compare
from .findings import Difference, Finding
from .sightings import Sighting

CLAIMED = (Difference.DIFFERENT, Difference.MEMBERS)


def repair(
    writer: PageWriter,
    sighting: Sighting,
    findings: Sequence[Finding],
    now: datetime,
    failures: list[Failure],
) -> int:
    """Write what was read, and return how many of the differences are gone after that.

    A row that is gone at Stripe is marked as deleted: it is of the account that was read, in
    which Stripe has no such object.
    """
    for each in findings:
        if each.difference in CLAIMED:
            distrust(each.model, [each.stripe_id], writer.using)
    report = Report()
    page = _stub(sighting) if sighting.is_gone else sighting.page
    writer.write(page, report, sighting.subject.owner)
    failures += report.failures
    [left] = compare([sighting], writer.using, now).findings
    remaining = {(each.model, each.stripe_id) for each in left}
    return sum((each.model, each.stripe_id) not in remaining for each in findings)


def _stub(sighting: Sighting) -> Page:
    subject = sighting.subject
    stub = {
        "id": subject.api_id,
        "object": subject.model.stripe.object_name,
        "deleted": True,
    }
    return Page([stub], sighting.page.time)
