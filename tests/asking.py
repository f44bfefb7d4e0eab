"""Rows by generated values, in the tables for the time of one example."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIVES = (*[(None, NOW)] * 5, (NOW, NOW - timedelta(1)), (NOW, NOW + timedelta(1)), (NOW, None))

# Times before, at and after NOW, or none.
TIMES = st.sampled_from([None, *(NOW + timedelta(days) for days in (-400, -40, 0, 40))])
MAYBE = st.sampled_from([None, False, True])

generated = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def one_of(*values):
    return st.sampled_from(values)


def rows_of(model, **values):
    """A strategy for unsaved rows: these values, alive or deleted or alive again."""

    def made(life, **drawn):
        deleted_at, as_of = life
        return model(deleted_at=deleted_at, as_of=as_of, as_of_kind="read", **drawn)

    return st.builds(made, life=st.sampled_from(LIVES), **values)


@contextmanager
def stored(*groups):
    """Each group, of rows of one model, is in its table, and gone afterwards."""
    with transaction.atomic():
        for rows in groups:
            for number, row in enumerate(rows):
                row.stripe_id = row.stripe_id or f"{row.stripe.object_name}_{number}"
                row.synced_at = NOW
            if rows:
                QuerySet(type(rows[0])).bulk_create(rows)
        yield
        transaction.set_rollback(True)


def is_alive(row):
    return row.deleted_at is None or (row.as_of is not None and row.as_of > row.deleted_at)
