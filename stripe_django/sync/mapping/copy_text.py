"""A row as one line of text: what its digest is taken of, and what ``COPY`` of PostgreSQL reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NULL = "\x01"  # no text of Stripe's; one that is nothing else is written as an escape

ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def line(values: Sequence[Any]) -> str:
    """The values in the text format of ``COPY``, without the end of the line.

    Different values give different lines.
    """
    # Most are none, and most of the others are text.
    parts = [
        NULL if value is None else value if type(value) is str else str(value) for value in values
    ]
    text = "\t".join(parts)
    # A look at the whole of it is much cheaper than one at each value.
    if text.count("\t") >= len(parts) or "\n" in text or "\r" in text or NULL in values:
        return "\t".join(map(_escaped, values))
    return text.replace("\\", r"\\") if "\\" in text else text


def has_escapes(text: str) -> bool:
    """Whether ``line`` escapes more of this text than its backslashes, or may take it for null."""
    return "\t" in text or "\n" in text or "\r" in text or NULL in text


def _escaped(value: Any) -> str:
    if value is None:
        return NULL
    return r"\x01" if value == NULL else str(value).translate(ESCAPES)
