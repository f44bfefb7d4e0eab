"""Payloads mapped and written as a sync does it: each page while the one before it is written."""

from functools import partial
from itertools import pairwise

from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import Context
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.overlap import Piecemeal

from .charges import moment

BATCH = 500


def batches(items):
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def read(version):
    """The moment at which a version was read."""
    return Moment(moment(version), Rank.READ)


def write(payloads, version, expanded=()):
    context = Context(read(version), "", False, mapper.TEST_MODE, frozenset(expanded), decoded=True)
    to_rows = partial(mapper.rows_in, context=context)
    pages = (Piecemeal(to_rows, batch) for batch in [*batches(payloads), ()])
    for page, following in pairwise(pages):
        report = upsert.write(page.all(), using="default", meanwhile=following.some)
        assert not report.failures
