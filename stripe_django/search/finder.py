"""Finds rows by words of their documents, and those of the customers who were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connections

from stripe_django.models import Charge, Customer, Dispute, Refund
from stripe_django.models.base import StripeModel
from stripe_django.sync.database import statement_timeout

from . import indexes
from .branches import AT_MOST, Branch, Key, run, time_column
from .documents import columns, contains, pattern

SECONDS = 2.0  # of each query
SCANNED = 10_000  # the newest rows of a table without an index for the search
SHORTEST = 2  # characters of a word
WORDS = 6
CUSTOMERS = 5  # of whom the rows are found as well

Models = Iterable[type[StripeModel]]


@dataclass(slots=True)
class Matches:
    """What was found by model, newest first.

    ``partial`` are the models of which only the newest rows were searched; ``is_late`` says that
    the search was ended before its time was over.
    """

    rows: dict[type[StripeModel], list[Key]] = field(default_factory=dict)
    partial: list[type[StripeModel]] = field(default_factory=list)
    is_late: bool = False


def find(text: str, models: Models, *, using: str, at_most: int = AT_MOST) -> Matches:
    """Find the rows of ``models`` whose documents contain every word, in any case.

    If ``Customer`` is among the models, so are the rows of the customers who were found. Three
    queries, and those that limit their time.
    """
    matches = Matches()
    words = [word for word in text.split() if len(word) >= SHORTEST][:WORDS]
    if not words:
        return matches
    models = list(models)
    try:
        with statement_timeout.limited(using, SECONDS):
            usable = indexes.existing(using) if indexes.finds(words) else frozenset()
            matches.partial = [it for it in models if columns(it) and it not in usable]
            _add(matches, run([*_documents(words, models, usable, using, at_most)], using))
            ids = [each.stripe_id for each in matches.rows.get(Customer, ())[:CUSTOMERS]]
            _add(matches, run([*_of_customers(ids, models, using, at_most)], using))
    except OperationalError as error:
        if not statement_timeout.has_expired(error):
            raise
        matches.is_late = True
    return matches


def _add(matches: Matches, found: dict[type[StripeModel], list[Key]]) -> None:
    for model, keys in found.items():
        both = [*matches.rows.get(model, ()), *keys]
        matches.rows[model] = list(dict.fromkeys(both))


def _documents(
    words: Sequence[str], models: Models, indexed: Any, using: str, at_most: int
) -> Iterator[Branch]:
    connection = connections[using]
    for model in models:
        if not columns(model):
            continue
        where = " AND ".join([contains(model, connection)] * len(words))
        params = [pattern(word) for word in words]
        source = "" if model in indexed else _newest(model, connection.ops.quote_name)
        yield Branch(model, where, params, source, at_most=at_most)


def _newest(model: type[StripeModel], quote: Any) -> str:
    by = time_column(model)
    needed = dict.fromkeys(["id", "stripe_id", by, *columns(model)])
    return (
        f"(SELECT {', '.join(map(quote, needed))} FROM {quote(model._meta.db_table)}"
        f" ORDER BY {by} DESC LIMIT {SCANNED})"
    )


def _of_customers(ids: Sequence[str], models: Models, using: str, at_most: int) -> Iterator[Branch]:
    """The rows of customers, where an index leads from the customer to them."""
    quote = connections[using].ops.quote_name
    marks = ", ".join(["%s"] * len(ids))
    for model in models if ids else ():
        if model in (Refund, Dispute):
            table, charges = (quote(each._meta.db_table) for each in (model, Charge))
            source = (
                f"(SELECT t.* FROM {table} t JOIN {charges} c ON c.stripe_id = t.charge_id"
                f" WHERE c.customer_id IN ({marks}) LIMIT {at_most})"
            )
            yield Branch(model, "1 = 1", ids, source, at_most=at_most)
        elif is_ordered(model):
            order = "ORDER BY t.created DESC"
            for each in ids:
                yield Branch(model, "t.customer_id = %s", [each], order=order, at_most=at_most)
        elif model is not Customer and "customer" in _names(model):
            yield Branch(model, f"t.customer_id IN ({marks})", ids, at_most=at_most)


def _names(model: type[StripeModel]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def is_ordered(model: type[StripeModel]) -> bool:
    """Whether an index has the rows by customer, and by time for each."""
    return any(index.fields[:2] == ["customer", "created"] for index in model._meta.indexes)
