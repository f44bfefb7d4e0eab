"""Rows as the lines of a table, with the columns that their own list has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
    quote,
)
from django.urls import reverse
from django.utils.html import format_html

COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Table:
    """``names`` are of the columns, where the lines are rows of a model."""

    headers: list[str]
    lines: list[list[str]]
    names: list[str] = field(default_factory=list)

    @property
    def labelled(self) -> Iterator[list[tuple[str, str, str]]]:
        """The cells of each line with their headers, which narrow screens show beside them, and
        the names of their columns.
        """
        for line in self.lines:
            yield list(zip(self.headers, self.names or [""] * len(line), line, strict=True))

    def without_empty(self, empty: str) -> Table:
        """Without the columns that have a value in no line."""
        columns = [*zip(*self.lines, strict=True)]
        kept = [place for place, cells in enumerate(columns) if {*cells} != {empty}]
        return Table(
            [self.headers[place] for place in kept],
            [[line[place] for place in kept] for line in self.lines],
            [self.names[place] for place in kept if self.names],
        )


def table(rows: Iterable[Any], model_admin: ModelAdmin, columns: Sequence[Any]) -> Table:
    """The rows, the first column a link to the page of each."""
    shown = columns[:COLUMNS]
    model = model_admin.model
    headers = [str(label_for_field(each, model, model_admin=model_admin)) for each in shown]
    lines = []
    for row in rows:
        first, *others = (cell(row, each, model_admin) for each in shown)
        lines.append([linked(row, first, model_admin), *others])
    names = [str(getattr(each, "__name__", each)) for each in shown]
    return Table(headers, lines, names).without_empty(model_admin.get_empty_value_display())


def linked(row: Any, text: str, model_admin: ModelAdmin) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    page = reverse(name, args=[quote(row.pk)], current_app=model_admin.admin_site.name)
    return format_html('<a href="{}">{}</a>', page, text)


def cell(row: Any, column: Any, model_admin: ModelAdmin) -> str:
    of, _, value = lookup_field(column, row, model_admin)
    empty = model_admin.get_empty_value_display()
    if of is None:
        return str(display_for_value(value, empty))
    return str(display_for_field(value, of, empty))


def cells_of(model_admin: ModelAdmin, names: Iterable[str]) -> list[Any]:
    """Columns by name, as that model's own page shows them."""
    known = {getattr(it, "__name__", it): it for it in model_admin.readonly_fields}
    return [known.get(name, name) for name in names]
