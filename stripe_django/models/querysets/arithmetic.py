"""Exact arithmetic in SQL, the same on every database: whole numbers, always rounded down.

SQLite has no decimals, PostgreSQL's whole numbers overflow, and each database divides in its own
way. So money by the month is calculated in whole ten-thousandths of the smallest unit. The formulas
are written out because SQLite's parser has room for a hundred things at a time, and every operator
of Django's takes brackets of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import count
from string import Formatter
from types import MappingProxyType
from typing import Any

from django.db import models
from django.db.models import Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

SCALE = 10_000  # parts of the smallest unit of a currency
NUMBER = models.BigIntegerField()

Term = Combinable | int


class Formula(Func):
    """SQL in which each term has its place: in their order, or by number where one recurs."""

    output_field: models.Field = NUMBER
    sql: str
    sql_of: Mapping[str, str] = MappingProxyType({})  # where a database has another

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(each) for each in self.source_expressions]
        formula = self.sql_of.get(connection.vendor, self.sql)
        params = [param for place in _places(formula) for param in compiled[place][1]]
        return formula.format(*(sql for sql, _ in compiled)), params


def _places(formula: str) -> Iterator[int]:
    """Which term stands where."""
    numbers = count()
    for _, name, _, _ in Formatter().parse(formula):
        if name is not None:
            yield int(name) if name else next(numbers)


class Whole(Formula):
    """A whole number, with as many digits as its products need."""

    arity = 1
    sql = "CAST({} AS DECIMAL(40, 0))"
    sql_of = {"sqlite": "{}"}


class Product(Formula):
    """A product, without the brackets that Django gives it."""

    arity = 2
    sql = "{} * {}"


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
        "sqlite": f"{{}} * {SCALE} * {{}} / (12 * {{}})",  # no brackets: see above
    }


class Reduced(Formula):
    """A price after pairs of numbers: so many millionths remain, and an amount comes off that.

    Never below nothing, which is looked at once, in the end: what is below it stays there.
    """

    def __init__(self, price: Combinable, *cuts: Combinable) -> None:
        super().__init__(price, *cuts)
        times = len(cuts) // 2
        opened = "(" * (times - 1)
        whole = ")".join([" * {} / 1000000 - {}"] * times)
        one_by_one = "{}"
        for _ in range(times):
            one_by_one = f"(DIV({one_by_one} * {{}}, 1000000) - {{}})"
        self.sql = f"GREATEST({one_by_one}, 0)"
        self.sql_of = {
            "mysql": f"GREATEST({opened}{{}}{whole.replace('/', 'DIV')}, 0)",
            "sqlite": f"MAX({opened}{{}}{whole}, 0)",
        }


class Shares(Formula):
    """What is left of an amount by one number of millionths after the other.

    Flat, as SQLite's parser has little room.
    """

    def __init__(self, amount: Combinable, *millionths: Combinable) -> None:
        super().__init__(amount, *millionths)
        shares = len(millionths)
        self.sql = "DIV(" * shares + "{}" + " * {}, 1000000)" * shares
        self.sql_of = {
            "mysql": "({}" + " * {} DIV 1000000" * shares + ")",
            "sqlite": "({}" + " * {} / 1000000" * shares + ")",
        }


class Less(Formula):
    """What is left of an amount after others, and never below nothing."""

    def __init__(self, *amounts: Combinable) -> None:
        super().__init__(*amounts)
        left = " - ".join(["{}"] * len(amounts))
        self.sql = f"GREATEST({left}, 0)"
        self.sql_of = {"sqlite": f"MAX({left}, 0)"}


def known(*terms: Term) -> Combinable:
    """The first of these numbers that is known."""
    first, *others = (Value(term) if isinstance(term, int) else term for term in terms)
    return Coalesce(first, *others, output_field=NUMBER) if others else first


class Parts(models.BigIntegerField):
    """Whole parts in SQL, a ``Decimal`` in Python."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value) / SCALE

    def get_prep_value(self, value: Any) -> Any:
        is_number = isinstance(value, int | Decimal)
        return super().get_prep_value(int(value * SCALE) if is_number else value)
