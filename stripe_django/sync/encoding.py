"""Values as JSON text that PostgreSQL, MariaDB and SQLite all take and give back unchanged."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from stripe_django.exceptions import PayloadError
from stripe_django.fields.text import is_storable

MAX_DEPTH = 30  # MariaDB's JSON functions refuse more than 32 levels
MAX_FLOAT = 1e16  # larger ones are written with an exponent, which PostgreSQL resolves

SUSPICIOUS = ("NaN", "Infinity", "e+")
UNSAFE_ESCAPE = re.compile(r"\\u(?:0000|d[89a-f])")


class _Refused(ValueError):
    """A number that no float is equal to."""


def _number(value: Any) -> float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not a JSON type")
    number = float(value)
    if not value.is_finite() or Decimal(repr(number)) != value:
        raise _Refused
    return number


_to_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_number).encode


def encode(value: Any) -> str | None:
    """JSON text for a JSON column; ``None`` if one of the databases would refuse or change it.

    Raises ``PayloadError`` for what is not JSON at all.
    """
    try:
        text = _to_text(value)
    except _Refused:
        return None
    except (TypeError, ValueError, RecursionError) as error:
        raise PayloadError(f"The payload is not JSON: {error}") from error
    if _is_suspicious(text) and not _is_safe(value, MAX_DEPTH):
        return None
    return text


def _is_suspicious(text: str) -> bool:
    """A quick look: true for every text that is not safe, and for few others."""
    return (
        any(map(text.__contains__, SUSPICIOUS))
        or text.count("{") + text.count("[") > MAX_DEPTH
        or ("\\u" in text and UNSAFE_ESCAPE.search(text) is not None)
    )


def _is_safe(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, float):
        return abs(value) < MAX_FLOAT
    if isinstance(value, dict):
        return depth > 0 and all(
            is_storable(key) and _is_safe(item, depth - 1) for key, item in value.items()
        )
    if isinstance(value, list | tuple):
        return depth > 0 and all(_is_safe(item, depth - 1) for item in value)
    return True


def literal(value: Any) -> str:
    """JSON text that keeps every digit of a ``Decimal``, for keeping inside a string."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        items = (f"{json.dumps(key)}:{literal(item)}" for key, item in value.items())
        return f"{{{','.join(items)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(literal, value))}]"
    return json.dumps(value)
