"""What stands in JSON, in SQL: the same on every database."""

from __future__ import annotations

from django.db.models import BooleanField, JSONField

from .arithmetic import Formula

# Where in JSON a string is that needs no escapes, counted from 1.
POSITION = "STRPOS(CAST({} AS TEXT), '\"' || {} || '\"')"
POSITION_OF = {
    "mysql": "INSTR(CAST({} AS BINARY), CAST(CONCAT('\"', {}, '\"') AS BINARY))",
    "sqlite": "INSTR({}, '\"' || {} || '\"')",
}


class Lists(Formula):
    """Whether JSON has a string that needs no escapes, at any depth."""

    arity = 2
    output_field = BooleanField()
    sql = f"({POSITION} > 0)"
    sql_of = {vendor: f"({position} > 0)" for vendor, position in POSITION_OF.items()}


class IsFor(Formula):
    """Whether a coupon's ``applies_to`` is null, or has the bare id of a product of an account."""

    arity = 3
    output_field = BooleanField()
    sql = (
        "({0} IS NULL OR STRPOS(CAST({0} AS TEXT), '\"' || REPLACE(REPLACE("
        "{1}, {2} || ':live:', ''), {2} || ':test:', '') || '\"') > 0)"
    )
    sql_of = {
        "mysql": "({0} IS NULL OR INSTR(CAST({0} AS BINARY), CAST(CONCAT('\"', REPLACE(REPLACE("
        "{1}, CONCAT({2}, ':live:'), ''), CONCAT({2}, ':test:'), ''), '\"') AS BINARY)) > 0)",
        "sqlite": "({0} IS NULL OR INSTR({0}, '\"' || REPLACE(REPLACE("
        "{1}, {2} || ':live:', ''), {2} || ':test:', '') || '\"'))",
    }


class Place(Formula):
    """Where in JSON that string is; 0 if it is not there."""

    arity = 2
    sql = f"COALESCE({POSITION}, 0)"
    sql_of = {vendor: f"COALESCE({position}, 0)" for vendor, position in POSITION_OF.items()}


class Member(Formula):
    """What a JSON object has under a key that needs no escapes."""

    arity = 2
    output_field = JSONField()
    sql = "({} -> CAST({} AS TEXT))"
    sql_of = {
        "mysql": "JSON_EXTRACT({}, CONCAT('$.\"', {}, '\"'))",
        "sqlite": "JSON_EXTRACT({}, '$.\"' || {} || '\"')",
    }


class WholeUnder(Formula):
    """The whole number that a JSON object has under a key, which is a constant."""

    arity = 1
    key: str

    def __init__(self, json: object, key: str) -> None:
        super().__init__(json)
        self.key = key
        self.sql = f"CAST({{}} ->> '{key}' AS NUMERIC)"
        self.sql_of = {
            "mysql": f"CAST(JSON_VALUE({{}}, '$.{key}') AS DECIMAL(40, 0))",
            "sqlite": f"JSON_EXTRACT({{}}, '$.{key}')",
        }


class FractionUnder(WholeUnder):
    """The number that it has there as a string of digits."""

    def __init__(self, json: object, key: str) -> None:
        super().__init__(json, key)
        self.sql_of = {
            "mysql": f"CAST(JSON_VALUE({{}}, '$.{key}') AS DECIMAL(40, 12))",
            "sqlite": f"CAST(JSON_EXTRACT({{}}, '$.{key}') AS REAL)",
        }
