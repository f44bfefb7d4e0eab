"""How many statements the writer sends, counted at the driver; and the ways it has to send them."""

import re
from collections import Counter
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import connection, connections

from stripe_django import registry
from stripe_django.models import BalanceTransaction, Charge, Customer
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.rows import Moment, Rank
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.backends import (
    PostgreSQL,
    PostgreSQLCopy,
    record,
    statements_for,
)
from stripe_django.sync.writer.precedence import decide
from stripe_django.testing import payload

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = [BalanceTransaction, Charge, Customer]
MOST = 4  # statements for one table, whatever the number of rows
TRANSACTION_CONTROL = re.compile(r"\s*(BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT)", re.IGNORECASE)
MADE_OF = {}  # temporary tables
EXPANDED = frozenset({"customer", "balance_transaction"})


def charge(number, **more):
    return {
        "id": f"ch_{number}",
        "object": "charge",
        "amount": number,
        "customer": {"id": f"cus_{number}", "object": "customer", "email": f"{number}@example.com"},
        "balance_transaction": {
            "id": f"txn_{number}",
            "object": "balance_transaction",
            "amount": number,
        },
        **more,
    }


def write(payloads, second):
    moment = Moment(START + timedelta(seconds=second), Rank.READ)
    rows = [
        row
        for payload in payloads
        for row in mapper.to_rows(payload, moment=moment, expanded=EXPANDED)
    ]
    return upsert.write(rows, using="default").by_object()


def pages(size):
    """A page, and one that shares a part of it: some new, some changed, some as they were."""
    third = size // 3
    first = [charge(number) for number in range(size)]
    changed = [
        charge(number, customer={**first[number]["customer"], "email": "new"}, paid=True)
        for number in range(third)
    ]
    gone = {"id": f"cus_{third}", "object": "customer", "deleted": True}
    deleted = [charge(third, customer=gone)]
    new = [charge(number) for number in range(size, size + third)]
    return first, [*changed, *deleted, *first[third + 1 :], *new]


@contextmanager
def on_postgresql(sent):
    """``COPY`` is no ``execute``, so that Django's own hooks would not see it."""
    raw = connection.connection
    plain = raw.cursor_factory

    class Counting(plain):
        def execute(self, query, *args, **kwargs):
            sent.append(str(query))
            return super().execute(query, *args, **kwargs)

        def executemany(self, query, params, *args, **kwargs):
            params = list(params)
            sent.extend([str(query)] * len(params))
            return super().executemany(query, params, *args, **kwargs)

        def copy(self, statement, *args, **kwargs):
            sent.append(str(statement))
            return super().copy(statement, *args, **kwargs)

    raw_cursor = getattr(connection.Database, "RawCursor", None)
    raw.cursor_factory = Counting
    try:
        with counting(raw_cursor, sent) if raw_cursor else nullcontext():
            yield
    finally:
        raw.cursor_factory = plain


@contextmanager
def counting(cursor, sent):
    """Cursors that no factory makes."""
    execute = cursor.execute

    def note(self, query, *args, **kwargs):
        sent.append(str(query))
        return execute(self, query, *args, **kwargs)

    with patch.object(cursor, "execute", note):
        yield


@contextmanager
def on_sqlite(sent):
    connection.connection.set_trace_callback(sent.append)
    try:
        yield
    finally:
        connection.connection.set_trace_callback(None)


def counted(function, *args):
    """How many statements named each table while the function ran, and what it returned."""
    connection.ensure_connection()
    sent = []
    with {"postgresql": on_postgresql, "sqlite": on_sqlite}[connection.vendor](sent):
        result = function(*args)
    found = Counter()
    for statement in sent:
        if not TRANSACTION_CONTROL.match(statement):
            found[table_of(statement)] += 1
    return found, result


def table_of(statement):
    """The table that a statement is for, also by way of one made with its columns."""
    named = re.search("stripe_django_page_[0-9]+", statement)
    names = set(re.findall("stripe_django_[a-z]+", MADE_OF.get(named and named[0], statement)))
    (found,) = names & {model._meta.db_table for model in TABLES}
    if statement.startswith("CREATE"):
        MADE_OF[named[0]] = found
    return found


needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")
needs_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="of SQLite")


@needs_postgresql
@pytest.mark.parametrize("size", [3, 15, 48, 100, 300])
def test_statements_on_postgresql(size):
    statements_for(connection, Charge)  # asks once for each connection what it can do
    for second, page in enumerate(pages(size)):
        sent, _ = counted(write, page, second)
        assert set(sent) == {model._meta.db_table for model in TABLES}
        assert all(count <= MOST for count in sent.values()), sent


@needs_sqlite
@pytest.mark.parametrize("size", [3, 100, 300])
def test_statements_on_sqlite(size):
    for second, page in enumerate(pages(size)):
        sent, _ = counted(write, page, second)
        assert set(sent) == {model._meta.db_table for model in TABLES}
        assert all(count <= MOST + len(page) for count in sent.values()), sent


@pytest.mark.parametrize("size", [15, 99])
def test_the_second_page_is_written_and_counted_as_it_is(size):
    first, second = pages(size)
    third = size // 3
    assert write(first, 0) == {
        name: {"created": size} for name in ("balance_transaction", "charge", "customer")
    }
    same = size - third
    assert write(second, 1) == {
        "balance_transaction": {"created": third, "unchanged": size},
        "charge": {"created": third, "updated": third, "unchanged": same},
        "customer": {"created": third, "updated": third + 1, "unchanged": same - 1},
    }
    assert Charge.objects.filter(paid=True).count() == third
    assert Customer.objects.filter(email="new").count() == third
    assert Customer.objects.get(deleted_at__isnull=False).stripe_id == f"cus_{third}"
    for model in TABLES:
        moved = model.objects.filter(as_of=START + timedelta(seconds=1)).count()
        assert moved == size + third - (model is Customer)


def contents():
    hidden = ("id", "synced_at")
    return [
        {key: value for key, value in row.items() if key not in hidden}
        for model in TABLES
        for row in model.objects.order_by("stripe_id").values()
    ]


@needs_postgresql
@pytest.mark.parametrize("size", [15, 99])
def test_postgresql_without_copy_gives_the_same(size, monkeypatch):
    ends = []
    statements_for(connection, Charge)
    for can_copy, kind in ((True, PostgreSQLCopy), (False, PostgreSQL)):
        monkeypatch.setattr(connections["default"], "_stripe_django_can_copy", can_copy)
        assert type(statements_for(connection, Charge)) is kind
        outcomes = [write(page, second) for second, page in enumerate(pages(size))]
        ends.append((outcomes, contents()))
        for model in TABLES:
            model.objects.all()._raw_delete("default")
    assert ends[0] == ends[1]


@needs_postgresql
@pytest.mark.parametrize("has_deletion", [False, True])
def test_rows_of_the_same_content_that_share_a_state_are_touched_by_their_ids(has_deletion):
    page, sent = [charge(number) for number in range(20)], []
    earlier = START - timedelta(days=1)
    if has_deletion:  # and is alive again
        write([{"id": "ch_3", "object": "charge", "deleted": True}], -86_400)
    write(page, 0)
    with on_postgresql(sent):
        assert write(page, 1)["charge"] == {"unchanged": 20}
    updates = [each for each in sent if "UPDATE" in each and "stripe_django_charge" in each]
    touching = [each for each in updates if "FOR UPDATE" not in each]
    assert ["unnest" in each for each in touching] == [has_deletion]
    states = set(Charge.objects.values_list("as_of", "deleted_at"))
    now = START + timedelta(seconds=1)
    assert states == {(now, None), *([(now, earlier)] if has_deletion else [])}
    if has_deletion:
        assert Charge.objects.get(deleted_at=earlier).stripe_id == "ch_3"


@needs_postgresql
def test_whoever_may_not_make_temporary_tables_does_without(monkeypatch):
    monkeypatch.setattr(connections["default"], "_stripe_django_can_copy", None, raising=False)
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        cursor.execute("CREATE ROLE stripe_django_guest")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO stripe_django_guest")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO stripe_django_guest")
        cursor.execute("SET LOCAL ROLE stripe_django_guest")
    assert type(statements_for(connection, Charge)) is PostgreSQL
    assert write(pages(99)[0], 0)["charge"] == {"created": 99}
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@needs_postgresql
def test_pages_have_room_for_a_second_version_of_every_row():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'stripe_django_charge'")
        assert cursor.fetchall() == [(["fillfactor=50"],)]


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="its driver takes them")
def test_drivers_that_take_no_times_and_decimals_get_none():
    for model in registry.models():
        if model.stripe.id_from:
            continue
        statements = statements_for(connection, model)
        for seed in range(3):
            made = payload(model.stripe.object_name, seed=seed)
            for row in mapper.to_rows(made, moment=Moment(START, Rank.READ)):
                if row.model is model:
                    written = record(decide(None, [row]), START)
                    values = statements.adapted_values(written)
                    assert not [each for each in values if isinstance(each, datetime | Decimal)]
                    assert len(values) == len(statements.values(written))
