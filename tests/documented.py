"""The fields that the reference of 2016 documents: a table of facts, and how it was made.

Columns of ``facts/documented_fields.csv``: the class, the name that the reference gives the
column, the field of today, its type in the reference and in Django now, the model that it refers
to, and where in a payload its value is: paths, of which the first that has a value wins, and
``computed`` for what a function makes of the payload.
"""

import csv
from pathlib import Path

import pytest

TABLE = Path(__file__).parent / "facts" / "documented_fields.csv"
SEED = Path(__file__).parents[2] / "shared" / "seed" / "models.csv"
COMPUTED = "computed"

needs_seed = pytest.mark.skipif(not SEED.exists(), reason="../shared/seed is not here")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


DOCUMENTED = rows_of(TABLE)


def seed_rows():
    return rows_of(SEED)


def facts_of(row):
    """The facts in a row of the seed, without its remarks."""
    kind, _, target = row["build_type"].partition(" to ")
    return {
        "class": row["class"],
        "documented_name": row["documented_name"],
        "field": row["field"],
        "documented_type": row["documented_type"].partition(" to ")[0],
        "type": kind,
        "target": target,
        "sources": " ".join(sources_of(row["payload_sources"])),
    }


def sources_of(described):
    """The paths; one ``computed`` at the end, if there is any."""
    parts = [part.strip() for part in described.split(" | ") if part]
    computed = {part for part in parts if is_computed(part)}
    yield from (part.split(" ")[0].replace("[0]", ".0") for part in parts if part not in computed)
    yield from [COMPUTED] * bool(computed)


def is_computed(part):
    return part.startswith("computed") or "[]" in part or "exactly one item" in part
