"""The payload of a row of dj-stripe, as Stripe sent it, as far as that can be known."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from stripe_django import exact_json
from stripe_django.exceptions import PayloadError
from stripe_django.sync.mapping.expansion import collapsed

from . import columns
from .facts import Facts
from .references import References
from .tables import ID, PAYLOAD, PURGED, Table

DELETED = "deleted"  # dj-stripe adds it to customers, as false


class Source(NamedTuple):
    """What a row of dj-stripe says about an object.

    ``expanded`` are objects that dj-stripe had Stripe expand, which have rows of their own.
    ``is_exact`` says that the payload is Stripe's, unless it was made from columns.
    """

    payload: dict[str, Any]
    expanded: dict[str, Any]
    is_exact: bool


def decode(text: Any) -> Any:
    """JSON as the database returns it, with every digit; raises ``PayloadError`` if it is none."""
    if isinstance(text, bytes):
        text = text.decode()
    if not isinstance(text, str):
        return text
    try:
        return exact_json.decode(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise PayloadError(_("Its JSON cannot be decoded: %(error)s") % {"error": error}) from error


def source_of(row: dict[str, Any], table: Table, references: References) -> Source | None:
    """The payload of a row; ``None`` if the row has nothing but an id.

    That is what an upgrade to dj-stripe 2.10 leaves of an object that was not read again since.
    Raises ``PayloadError`` if it cannot be decoded.
    """
    payload = decode(row.get(PAYLOAD))
    if isinstance(payload, dict) and payload:
        return _as_sent(payload, row, table.facts)
    if set(columns.BASE).issuperset(table.content):
        return None
    return Source(columns.payload_of(row, table, references, decode), {}, is_exact=False)


def _as_sent(payload: dict[str, Any], row: dict[str, Any], facts: Facts) -> Source:
    """The payload without what dj-stripe has added, and with ids in place of what it expanded."""
    sent = {key: value for key, value in payload.items() if key not in facts.added}
    if sent.get(DELETED) is False:
        del sent[DELETED]
    if row.get(PURGED) is not None:  # which removes the source from the payload, too
        sent.pop("default_source", None)
    if facts.object_name == "invoice":
        _clean_lines(sent)
    sent.setdefault("object", facts.object_name)
    sent.setdefault("id", row[ID])
    plain = collapsed(sent, facts.expanded) if facts.expanded else {}
    expanded = {key: sent[key] for key in plain}
    return Source({**sent, **plain}, expanded, is_exact=row.get(PURGED) is None)


def _clean_lines(invoice: dict[str, Any]) -> None:
    """Take from the lines of an invoice what versions before 2.11 have added in place."""
    lines = invoice.get("lines")
    members = lines.get("data") if isinstance(lines, dict) else None
    if not isinstance(lines, dict) or not isinstance(members, list):
        return
    added = columns.LINE_ADDED
    if not any(isinstance(each, dict) and added & each.keys() for each in members):
        return
    cleaned = [
        {key: value for key, value in each.items() if key not in added}
        if isinstance(each, dict)
        else each
        for each in members
    ]
    invoice["lines"] = {**lines, "data": cleaned}
