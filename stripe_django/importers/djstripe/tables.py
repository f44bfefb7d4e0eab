"""Finds dj-stripe's tables in a database, and describes them for queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps.registry import Apps
from django.db import connections, models
from django.db.models import QuerySet

from .facts import FACTS, LINKS, PREFIX, UNKNOWN, WITHOUT_COUNTERPART, Facts

PAYLOAD, UPDATED, OWNER = "stripe_data", "djstripe_updated", "djstripe_owner_account_id"
ID, KEY, PURGED = "id", "djstripe_id", "date_purged"
STATE = (ID, UPDATED, OWNER, "livemode", "created", PAYLOAD, PURGED)
SECRETS = frozenset({"secret", "client_secret"})  # columns that are never imported
TINY_INT = 1  # MySQL's code of the type
AS_THEY_ARE = {"DateTimeField": models.DateTimeField, "BooleanField": models.BooleanField}


@dataclass(frozen=True, eq=False)
class Table:
    """One table of dj-stripe, as it is in this database.

    ``columns`` are the names of Django's fields by the columns, and ``targets`` the table and
    column that each foreign key refers to.
    """

    name: str
    using: str
    facts: Facts
    columns: dict[str, str]
    targets: dict[str, tuple[str, str]]

    @property
    def key(self) -> str:
        """The primary key; that of one table is Stripe's id."""
        return KEY if KEY in self.columns else ID

    @property
    def has_payload(self) -> bool:
        """Whether it has the payload as JSON; before dj-stripe 2.9, it has columns only."""
        return PAYLOAD in self.columns

    @property
    def content(self) -> list[str]:
        """The columns that hold values of the payload, one each."""
        left_out = SECRETS | {*STATE}
        return [
            each for each in self.columns if each not in left_out and not each.startswith(PREFIX)
        ]

    @property
    def state(self) -> list[str]:
        """The columns that say which object a row is, its payload included."""
        return [each for each in STATE if each in self.columns]

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows, by a model that no other app sees."""
        meta = {"apps": Apps(), "app_label": "djstripe", "db_table": self.name, "managed": False}
        fields: dict[str, Any] = {
            name: AS_THEY_ARE.get(kind, models.TextField)(primary_key=name == self.key)
            for name, kind in self.columns.items()
        }
        if KEY in fields:
            fields[KEY] = models.BigIntegerField(primary_key=True)
        body = {**fields, "Meta": type("Meta", (), meta), "__module__": __name__}
        model: Any = type("Row", (models.Model,), body)
        return QuerySet(model, using=self.using)


@dataclass(frozen=True)
class Found:
    """The names of the tables to import, in their order, and why each other one is left out."""

    using: str
    names: list[str]
    left_out: dict[str, str]

    def table(self, name: str) -> Table:
        return described(name, self.using)


def find(using: str) -> Found:
    """The tables of dj-stripe in a database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    own = sorted(name for name in names if name.startswith(PREFIX))
    left_out = {name: _reason(name) for name in own if name not in FACTS}
    return Found(using, [name for name in FACTS if name in own], left_out)


def _reason(name: str) -> str:
    if name in WITHOUT_COUNTERPART:
        return WITHOUT_COUNTERPART[name]
    known = (*FACTS, *WITHOUT_COUNTERPART)
    return LINKS if any(name.startswith(f"{each}_") for each in known) else UNKNOWN


def described(name: str, using: str) -> Table:
    """A table with its columns, as the database describes them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, name)
        relations = connection.introspection.get_relations(cursor, name)
    columns = {each.name: _kind(connection, each) for each in described}
    targets = {each: (target[1], target[0]) for each, target in relations.items()}
    return Table(name, using, FACTS.get(name, Facts(object_name="")), columns, targets)


def _kind(connection: Any, column: Any) -> str:
    """The name of Django's field for a column."""
    if connection.vendor == "mysql" and column.type_code == TINY_INT:
        return "BooleanField"  # which Django takes for a number
    found = connection.introspection.get_field_type(column.type_code, column)
    return str(found[0] if isinstance(found, tuple) else found)


def batches(table: Table, after: Any, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield rows in the order of their keys, without the columns of their content."""
    rows = table.rows.order_by(table.key)
    last = after
    while True:
        rest = rows if last is None else rows.filter(**{f"{table.key}__gt": last})
        batch = list(rest.values(*dict.fromkeys((table.key, *table.state)))[:size])
        if not batch:
            return
        yield batch
        last = batch[-1][table.key]
