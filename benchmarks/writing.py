"""Payloads mapped and written as a sync does it, page by page."""

from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import Context
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.writer import upsert

from .charges import moment

BATCH = 500


def batches(items):
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def read(version):
    """The moment at which a version was read."""
    return Moment(moment(version), Rank.READ)


def write(payloads, version, expanded=()):
    context = Context(read(version), "", False, mapper.TEST_MODE, frozenset(expanded), decoded=True)
    for batch in batches(payloads):
        rows = [row for payload in batch for row in mapper.rows_in(payload, context)]
        report = upsert.write(rows, using="default")
        assert not report.failures
