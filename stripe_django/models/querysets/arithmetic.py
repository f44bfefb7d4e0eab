"""Exact arithmetic in SQL, the same on every database: whole numbers, always rounded down.

SQLite has no decimals, PostgreSQL's whole numbers overflow, and each database divides in its own
way. So money by the month is calculated in whole ten-thousandths of the smallest unit. The formulas
are written out because SQLite's parser has room for a hundred things at a time, and every operator
of Django's takes brackets of its own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

SCALE = 10_000  # parts of the smallest unit of a currency
NUMBER = models.BigIntegerField()

Term = Combinable | int


class Formula(Func):
    """SQL in which each term has its place, in their order."""

    output_field: models.Field = NUMBER
    sql: ClassVar[str]
    sql_of: ClassVar[dict[str, str]] = {}  # where a database has another

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(each) for each in self.source_expressions]
        formula = self.sql_of.get(connection.vendor, self.sql)
        params = [param for _, params in compiled for param in params]
        return formula.format(*(sql for sql, _ in compiled)), params


class Whole(Formula):
    """A whole number, with as many digits as its products need."""

    arity = 1
    sql = "CAST({} AS DECIMAL(40, 0))"
    sql_of = {"sqlite": "{}"}


class WholeProduct(Formula):
    """The nearest whole number to a product; half of one goes up."""

    arity = 2
    sql = "ROUND({} * {})"
    # 1.005 * 100 is a little less than 100.5 there.
    sql_of = {"sqlite": "CAST(ROUND({} * {} + 0.000001) AS INTEGER)"}


class ByMonth(Formula):
    """An amount that is due so many times in so many years, by the month, in its parts."""

    arity = 3
    sql = f"DIV({{}} * {SCALE} * {{}}, 12 * {{}})"
    sql_of = {
        "mysql": f"({{}} * {SCALE} * {{}} DIV (12 * {{}}))",
        "sqlite": f"({{}} * {SCALE} * {{}} / (12 * {{}}))",
    }


class Reduced(Formula):
    """A price of which so many millionths remain, less an amount, and never below nothing."""

    arity = 3
    sql = "GREATEST(DIV({} * {}, 1000000) - {}, 0)"
    sql_of = {
        "mysql": "GREATEST({} * {} DIV 1000000 - {}, 0)",
        "sqlite": "MAX({} * {} / 1000000 - {}, 0)",
    }


def known(*terms: Term) -> Coalesce:
    """The first of these numbers that is known."""
    values = (Value(term) if isinstance(term, int) else term for term in terms)
    return Coalesce(*values, output_field=NUMBER)


class Parts(models.BigIntegerField):
    """Whole parts in SQL, a ``Decimal`` in Python."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value) / SCALE

    def get_prep_value(self, value: Any) -> Any:
        is_number = isinstance(value, int | Decimal)
        return super().get_prep_value(int(value * SCALE) if is_number else value)
