"""A row as one line of text: what its digest is taken of, and what ``COPY`` of PostgreSQL reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NULL = "None"  # as Python writes it; a text that is the same is written with an escape
ESCAPED_NULL = rf"\x{ord(NULL[0]):02x}{NULL[1:]}"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def line(values: Sequence[Any]) -> str:
    """The values in the text format of ``COPY``, without the end of the line.

    Different values give different lines.
    """
    text = "\t".join(map(str, values))
    # A look at the whole of it is much cheaper than one at each value.
    if text.count("\t") >= len(values) or "\n" in text or "\r" in text or NULL in values:
        return "\t".join(map(_escaped, values))
    return text.replace("\\", r"\\") if "\\" in text else text


def _escaped(value: Any) -> str:
    return ESCAPED_NULL if value == NULL else str(value).translate(ESCAPES)
