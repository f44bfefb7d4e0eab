"""The clock of the database, by which leases end: no two machines agree on the time."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func, Value
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, Any]

ISO = "%Y-%m-%d %H:%M:%f"  # SQLite's, as Django stores times there


class DatabaseTime(Func):
    """The time when the database evaluates this, and so many seconds later.

    Not that of the transaction's or the statement's beginning: either may have waited for a lock.
    """

    function = "CURRENT_TIMESTAMP"
    template = "%(function)s"
    output_field = DateTimeField()

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Compiled:
        template = f"(clock_timestamp() + {self.seconds:.6f} * interval '1 second')"
        return self.as_sql(compiler, connection, template=template)

    def as_mysql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Compiled:
        """``SYSDATE`` is the present time, but in the time zone of the connection."""
        elapsed = "TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))"
        microseconds = f"{elapsed} + {round(self.seconds * 1e6)}"
        template = f"TIMESTAMPADD(MICROSECOND, {microseconds}, UTC_TIMESTAMP(6))"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Compiled:
        parts = (Value(ISO), Value("now"), Value(f"{self.seconds:+.3f} seconds"))
        return compiler.compile(Func(*parts, function="strftime"))
