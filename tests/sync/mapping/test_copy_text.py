"""A row's line of text: PostgreSQL reads out of it what went in, and no two rows share one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_django.sync.mapping.copy_text import NULL, line
from stripe_django.sync.writer.backends.postgresql import NULL_LITERAL

TIMES = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ODD = st.sampled_from(["", NULL, r"\x01", r"\N", "\\", "\\\\", "\t", "\n", "\r\n", r"\t", r"\."])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
COLUMNS = {
    "one": ("text", ODD | TEXTS),
    "other": ("text", ODD | TEXTS),
    "flag": ("boolean", st.booleans()),
    "number": ("bigint", st.integers(-(2**63), 2**63 - 1)),
    "time": ("timestamptz", TIMES),
    "decimal": ("numeric", st.decimals(allow_nan=False, allow_infinity=False, places=12)),
}
ROWS = st.lists(st.tuples(*(st.none() | values for _, values in COLUMNS.values())), min_size=1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_postgresql_reads_what_the_driver_would_have_written(rows):
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS theirs, ours")
        cursor.execute(f"CREATE TEMPORARY TABLE theirs ({columns})")
        cursor.execute(f"CREATE TEMPORARY TABLE ours ({columns})")
        with cursor.copy("COPY theirs FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        with cursor.copy(f"COPY ours FROM STDIN (NULL {NULL_LITERAL})") as copy:
            copy.write("".join(f"{line(row)}\n" for row in rows))
        found = []
        for table in ("theirs", "ours"):
            cursor.execute(f"SELECT * FROM {table}")
            found.append(cursor.fetchall())
    assert found[0] == found[1] == rows


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.none() | ODD | TEXTS), st.lists(st.none() | ODD | TEXTS))
def test_no_two_rows_share_a_line(one, other):
    assert (line(one) == line(other)) == (one == other) or not (one and other)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([None, "", True], f"{NULL}\t\tTrue"),
        ([NULL], r"\x01"),
        (["a\tb", None, "c\\"], rf"a\tb{chr(9)}{NULL}{chr(9)}c\\"),
        (
            [Decimal("1E+3"), 5, datetime(2026, 1, 1, tzinfo=UTC)],
            "1E+3\t5\t2026-01-01 00:00:00+00:00",
        ),
    ],
)
def test_a_line(values, text):
    assert line(values) == text
