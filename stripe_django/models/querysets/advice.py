"""Errors that name the model which was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import sql

# Models that are taken for each other, with what distinguishes them.
TWINS = {
    "LineItem": (
        "InvoiceLineItem",
        "LineItem is a line of a checkout session, payment link or quote; a line of an invoice is"
        " an InvoiceLineItem.",
    ),
    "InvoiceLineItem": (
        "LineItem",
        "InvoiceLineItem is a line of an invoice; a line of a checkout session, payment link or"
        " quote is a LineItem.",
    ),
}


class MirrorQuery(sql.Query):
    """Says which model was probably meant, where a name is that of another model's field."""

    def names_to_path(self, names: Sequence[str], opts: Any, *args: Any, **kwargs: Any) -> Any:
        with _advised(names, opts.model):
            return super().names_to_path(names, opts, *args, **kwargs)

    def build_filter(self, filter_expr: Any, *args: Any, **kwargs: Any) -> Any:
        # Behind a relation, a name that is no field may be a lookup: that is found out here.
        names = filter_expr[0].split("__") if isinstance(filter_expr, tuple) else ()
        with _advised(names, self.model):
            return super().build_filter(filter_expr, *args, **kwargs)

    def add_select_related(self, fields: Iterable[str]) -> None:
        model: Any = self.model
        for name in fields:
            if advice := _advice(name.split("__"), model):
                raise FieldError(f"Cannot follow {name!r} from {model.__name__}. {advice}")
        super().add_select_related(fields)


@contextmanager
def _advised(names: Sequence[str], model: Any) -> Iterator[None]:
    try:
        yield
    except FieldError as error:
        advice = _advice(names, model)
        if advice and advice not in str(error):
            raise FieldError(f"{str(error).rstrip('.')}. {advice}") from error
        raise


def _advice(names: Sequence[str], model: Any) -> str:
    """Which model has the first of the names that its own model lacks; empty for most."""
    for name in names:
        try:
            field = model._meta.get_field("id" if name == "pk" else name)
        except FieldDoesNotExist:
            twin, advice = TWINS.get(model.__name__, ("", ""))
            is_there = twin and hasattr(apps.get_model("stripe_django", twin), name)
            return advice if is_there else ""
        model = field.related_model
        if model is None:
            break
    return ""
