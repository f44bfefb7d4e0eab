"""Prices by the package and in tiers, in SQL.

JSON is taken apart in each database's own way; the rules are those of ``tests/revenue.py``.
"""

from __future__ import annotations

from ..arithmetic import Formula


class Packages(Formula):
    """How many packages a quantity is billed as: ``{"divide_by": 10, "round": "up"}``."""

    arity = 2
    sql = (
        "(CASE WHEN {1} IS NULL THEN {0} ELSE DIV("
        "{0} + CASE {1} ->> 'round' WHEN 'up' THEN CAST({1} ->> 'divide_by' AS NUMERIC) - 1"
        " ELSE 0 END, NULLIF(CAST({1} ->> 'divide_by' AS NUMERIC), 0)) END)"
    )
    sql_of = {
        "mysql": "(CASE WHEN {1} IS NULL THEN {0} ELSE ("
        "{0} + CASE JSON_VALUE({1}, '$.round') WHEN 'up'"
        " THEN CAST(JSON_VALUE({1}, '$.divide_by') AS SIGNED) - 1 ELSE 0 END)"
        " DIV NULLIF(CAST(JSON_VALUE({1}, '$.divide_by') AS SIGNED), 0) END)",
        # Flat, as SQLite's parser has little room.
        "sqlite": "COALESCE(({0} + (JSON_EXTRACT({1}, '$.round') = 'up')"
        " * (JSON_EXTRACT({1}, '$.divide_by') - 1)) / JSON_EXTRACT({1}, '$.divide_by'), {0})",
    }


# Of the tiers (0), the mode (1) and the quantity (2). A tier reaches from behind the one before it
# up to its own bound, if it has any. The first is billed even if the quantity is nothing.
POSTGRESQL = """
(SELECT SUM(
    COALESCE(whole * units, ROUND(fraction * units), 0) + COALESCE(flat, ROUND(flat_fraction), 0)
 ) FROM (
    SELECT *, CASE {1} WHEN 'volume' THEN {2} ELSE LEAST({2}, COALESCE(upto, {2})) - below END
        AS units FROM (
        SELECT place, upto, COALESCE(LAG(upto) OVER (ORDER BY place), 0) AS below,
            CAST(COALESCE(tier ->> 'unit_amount', tier ->> 'amount') AS NUMERIC) AS whole,
            CAST(tier ->> 'unit_amount_decimal' AS NUMERIC) AS fraction,
            CAST(tier ->> 'flat_amount' AS NUMERIC) AS flat,
            CAST(tier ->> 'flat_amount_decimal' AS NUMERIC) AS flat_fraction
        FROM (
            SELECT tier, place, CAST(NULLIF(tier ->> 'up_to', 'inf') AS NUMERIC) AS upto
            FROM JSONB_ARRAY_ELEMENTS(
                CASE JSONB_TYPEOF({0}) WHEN 'array' THEN {0} ELSE '[]' END
            ) WITH ORDINALITY AS listed(tier, place)
        ) AS bound
    ) AS read
 ) AS counted WHERE ({2} > below OR place = 1)
    AND ({1} = 'graduated' OR ({1} = 'volume' AND (upto IS NULL OR {2} <= upto))))
"""

# Flat, as SQLite's parser has little room. A bound that is "inf" is above every number there.
UPTO_SQLITE = "JSON_EXTRACT(value, '$.up_to')"
BELOW_SQLITE = "CASE key WHEN 0 THEN 0 ELSE JSON_EXTRACT(json, '$[' || (key - 1) || '].up_to') END"
UNITS_SQLITE = (
    "CASE {1} WHEN 'volume' THEN {2}"
    f" ELSE MIN({{2}}, COALESCE({UPTO_SQLITE}, {{2}})) - {BELOW_SQLITE} END"
)
SQLITE = f"""
(SELECT SUM(COALESCE(
        JSON_EXTRACT(value, '$.unit_amount') * {UNITS_SQLITE},
        JSON_EXTRACT(value, '$.amount') * {UNITS_SQLITE},
        CAST(ROUND(JSON_EXTRACT(value, '$.unit_amount_decimal') * {UNITS_SQLITE} + 0.000001)
            AS INTEGER),
        0
    ) + COALESCE(
        JSON_EXTRACT(value, '$.flat_amount'),
        CAST(ROUND(JSON_EXTRACT(value, '$.flat_amount_decimal') + 0.000001) AS INTEGER),
        0
    ))
 FROM JSON_EACH({{0}}) WHERE type = 'object'
    AND (key = 0 OR {{2}} > {BELOW_SQLITE})
    AND ({{1}} = 'graduated'
        OR {{1}} = 'volume' AND ({UPTO_SQLITE} IS NULL OR {{2}} <= {UPTO_SQLITE})))
"""

# No table in a FROM may depend on the outer query there, but JSON_TABLE.
BELOW = (
    "CASE place WHEN 1 THEN 0 ELSE"
    " CAST(JSON_UNQUOTE(JSON_EXTRACT({0},"
    " CONCAT('$[', GREATEST(place - 2, 0), '].up_to'))) AS SIGNED) END"
)
# MariaDB makes 0 of "inf" where a column of JSON_TABLE is a number.
UPTO = "CAST(NULLIF(upto, 'inf') AS DECIMAL(40, 0))"
UNITS = (
    f"CASE {{1}} WHEN 'volume' THEN {{2}} ELSE LEAST({{2}}, COALESCE({UPTO}, {{2}})) - {BELOW} END"
)
MYSQL = f"""
(SELECT SUM(
    COALESCE(COALESCE(whole, former) * ({UNITS}), ROUND(fraction * ({UNITS})), 0)
    + COALESCE(flat, ROUND(flat_fraction), 0)
 ) FROM JSON_TABLE(COALESCE({{0}}, '[]'), '$[*]' COLUMNS (
    place FOR ORDINALITY,
    upto VARCHAR(45) PATH '$.up_to',
    whole DECIMAL(40, 0) PATH '$.unit_amount',
    former DECIMAL(40, 0) PATH '$.amount',
    fraction DECIMAL(40, 12) PATH '$.unit_amount_decimal',
    flat DECIMAL(40, 0) PATH '$.flat_amount',
    flat_fraction DECIMAL(40, 12) PATH '$.flat_amount_decimal'
 )) AS listed
 WHERE (place = 1 OR {{2}} > {BELOW})
    AND ({{1}} = 'graduated' OR ({{1}} = 'volume' AND ({UPTO} IS NULL OR {{2}} <= {UPTO}))))
"""


class InTiers(Formula):
    """What a quantity costs in tiers; null if these are not known."""

    arity = 3
    sql = POSTGRESQL
    sql_of = {"sqlite": SQLITE, "mysql": MYSQL}
