"""Rows as lines of JSON, and how far an export is."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from stripe_django.models.base import StripeModel
from stripe_django.sync.change_feed import ChangedRow
from stripe_django.sync.mapping.json_text import encode_quickly, literal

PAYLOAD, COLUMNS = FORMATS = ("stripe", "columns")
EVERY = 10.0  # seconds between two lines about the progress, on a terminal a tenth


def line(changed: ChangedRow, form: str) -> str:
    """One row as JSON on one line."""
    row = changed.row
    known = {
        "object": changed.model.stripe.object_name,
        "stripe_id": changed.stripe_id,
        "account": row.stripe_account if row else None,
        "deleted": row is not None and not row.is_alive,
        "erased": row is None,
        "cursor": changed.cursor or None,
    }
    return f'{json.dumps(known)[:-1]}, "data": {_data(row, form)}}}'


def _data(row: StripeModel | None, form: str) -> str:
    if row is None:
        return "null"
    data = row.to_stripe() if form == PAYLOAD else columns(row)
    return encode_quickly(data) or literal(data)


def columns(row: StripeModel) -> dict[str, Any]:
    """The columns: numbers with a fraction as text, and times in ISO 8601."""
    fields = (each for each in row._meta.concrete_fields if not each.primary_key)
    return {each.attname: _plain(getattr(row, each.attname)) for each in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Decimal) else value


class ExportProgress:
    """How many rows of each object were written."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._counts: Counter[str] = Counter()
        self._shown_at = time.monotonic()

    def add(self, batch: Sequence[ChangedRow]) -> None:
        self._counts.update(each.model.stripe.object_name for each in batch)
        interval = EVERY / 10 if self._is_live else EVERY
        if batch and time.monotonic() - self._shown_at >= interval:
            self._shown_at = time.monotonic()
            name = batch[-1].model.stripe.object_name
            text = _("%(name)s: %(count)s (%(total)s in all)") % {
                "name": name,
                "count": intcomma(self._counts[name]),
                "total": intcomma(self._counts.total()),
            }
            self._write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")

    def finish(self, *, is_whole: bool) -> None:
        """Show what was written; that it was nothing, only if all was read."""
        counts = sorted(self._counts.items())
        lines = [f"{name}: {intcomma(count)}" for name, count in counts]
        if is_whole and not lines:
            lines = [_("Nothing has changed.")]
        if not lines:
            return
        start = "\r\x1b[K" if self._is_live else ""
        self._write(start + "\n".join(lines) + "\n")

    def _write(self, text: str) -> None:
        """Write without Django's colour of errors and without its line end."""
        self._stream.write(text, style_func=str, ending="")
        self._stream.flush()
