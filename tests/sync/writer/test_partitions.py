"""The migration of the documentation makes a table a partitioned one, and all works as before."""

import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from stripe_django.admin.app_list import Filled
from stripe_django.admin.pagination import estimated
from stripe_django.models import BalanceTransaction, Charge
from stripe_django.sync.database.row_locks import locked
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.writer import upsert
from tests.sync.writer.test_statements import (
    EXPANDED,
    START,
    TABLES,
    charge,
    needs_postgresql,
    pages,
    write,
)

pytestmark = [needs_postgresql, pytest.mark.django_db]

PAGE = Path(__file__).parents[3] / "docs/howto/partitions.py"
LEFT_OUT = {"id", "synced_at"}
READ = Moment(START + timedelta(minutes=1), Rank.READ)


def partition():
    partition_table = runpy.run_path(PAGE)["partition_table"]
    with connection.schema_editor() as editor:
        for model in (BalanceTransaction, Charge):
            partition_table(editor, model._meta.db_table, 3)


def stored():
    return {
        row.pop("stripe_id"): {name: row[name] for name in row.keys() - LEFT_OUT}
        for model in TABLES
        for row in model.objects.values()
    }


def as_usual(*written):
    """The rows that these pages leave in tables without partitions."""
    with transaction.atomic():
        for second, page in enumerate(written):
            write(page, second)
        rows = stored()
        transaction.set_rollback(True)
    return rows


@pytest.mark.parametrize("size", [3, 60])
def test_the_same_rows(size):
    first, second = pages(size)
    third = [charge(number, paid=False) for number in range(2 * size)]
    expected = as_usual(first, second, third)
    assert not Charge.objects.exists()
    write(first, 0)
    partition()
    write(second, 1)
    write(third, 2)
    assert stored() == expected


@pytest.mark.parametrize("count", [2, 40])
def test_rows_that_are_there_although_none_was_expected(count):
    write([charge(1)], 0)
    partition()
    rows = [
        row
        for number in range(count)
        for row in mapper.to_rows(charge(number, paid=True), moment=READ, expanded=EXPANDED)
    ]
    with transaction.atomic():
        upsert.write_all(rows, using="default", assume_absent={Charge, BalanceTransaction})
    assert Charge.objects.filter(paid=True).count() == Charge.objects.count() == count


def test_locks_and_the_admin():
    write([charge(1)], 0)
    partition()
    assert locked(Charge.objects.filter(stripe_id="ch_1")).amount == 1
    assert Charge in Filled().look()
    assert estimated(Charge, "default") == 1
