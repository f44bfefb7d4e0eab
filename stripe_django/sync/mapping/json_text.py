"""Values as JSON text that PostgreSQL, MariaDB and SQLite all take and give back unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stripe_django.exceptions import PayloadError
from stripe_django.fields.text import is_storable

try:
    import orjson
except ImportError:  # the extra "fast" has it
    orjson = None  # type: ignore[assignment]
SORTED = orjson.OPT_SORT_KEYS if orjson else 0

MAX_DEPTH = 30  # MariaDB's JSON functions refuse more than 32 levels
MAX_KEPT_DEPTH = 100  # what is deeper is refused, before it exhausts Python's stack
MAX_FLOAT = 1e16  # larger ones are written with an exponent, which PostgreSQL resolves

DELETE = "\x7f"  # the one ASCII character that only one of the encoders escapes
UNSAFE_ESCAPE = re.compile(r"\\u(?:0000|d[89a-f])")
EXPONENT = re.compile(r"[0-9]e\+")


def _number(value: Any) -> float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not a JSON type")
    number = float(value)
    if not value.is_finite() or Decimal(repr(number)) != value:
        raise ValueError(f"{value} is not a float")
    return number


def _encoder() -> Callable[[Any], str]:
    """The encoder of the standard library, kept ready: it makes a new one for every call."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(
            sort_keys=True, separators=(",", ":"), default=_number, allow_nan=False
        ).encode
    escape = json.encoder.encode_basestring_ascii
    chunks = make(None, _number, escape, None, ":", ",", True, False, False)
    return lambda value: "".join(chunks(value, 0))


_to_text = _encoder()


def _short_number(value: Any) -> float:
    number = _number(value)
    if "e" in repr(number):
        raise ValueError(f"exponents are not written alike: {value}")
    return number


def encode_quickly(value: Any, *, decoded: bool = False) -> str | None:
    """JSON text of which ``is_suspicious`` has yet to be asked; ``None`` if it is nested too
    deeply, or for a number that no float is equal to, or that may have an exponent.

    ``decoded`` says that this package decoded the value from JSON, so that it has no floats.
    Raises ``PayloadError`` for what is not JSON at all.
    """
    return _kept(value, _text_of_orjson(value) if decoded and orjson else "")


def encode_each(values: Sequence[Any], *, decoded: bool = False) -> Sequence[str | None] | None:
    """The same for each of several values, null for null; ``None`` if one of them has no text."""
    texts: list[str | None] = [""] * len(values)
    if decoded and orjson:
        texts = [None if value is None else _text_of_orjson(value) for value in values]
        together = "".join(filter(None, texts))  # one look at all is much cheaper
        if "" not in texts and _is_alike(together) and not _may_be_too_deep(together):
            return texts
    for place, value in enumerate(values):
        texts[place] = None if value is None else _kept(value, texts[place])
        if texts[place] is None and value is not None:
            return None
    return texts


def _text_of_orjson(value: Any) -> str:
    """Sooner than the other encoder; empty for what it refuses. It writes NaN as null, so it is
    not for values that may have floats.
    """
    try:
        return orjson.dumps(value, _short_number, SORTED).decode()
    except (TypeError, RecursionError):
        return ""


def _is_alike(text: str) -> bool:
    """Whether the other encoder writes the same text."""
    return text.isascii() and DELETE not in text


def _kept(value: Any, text: str | None) -> str | None:
    """The text to keep of a value; ``text`` is that of orjson, if it has written one."""
    if not text or not _is_alike(text):
        text = _encode_slowly(value)
        if text and has_exponent(text):
            return None
    return None if text and _is_too_deep(text, value) else text


def _may_be_too_deep(text: str) -> bool:
    # Takes text apart, which is several times as fast as to count.
    most = MAX_DEPTH + 1
    return len(text.split("{", most)) + len(text.split("[", most)) - 2 > MAX_DEPTH


def has_exponent(text: str) -> bool:
    """True for every text of a number with an exponent, and for few others."""
    # A single character is found much sooner than two, and a pattern last.
    return "+" in text and "e+" in text and EXPONENT.search(text) is not None


def _is_too_deep(text: str, value: Any) -> bool:
    if not _may_be_too_deep(text) or not _is_deep(value, MAX_DEPTH):
        return False
    if _is_deep(value, MAX_KEPT_DEPTH):
        raise PayloadError(
            _("The payload is nested more than %(depth)s levels deep.") % {"depth": MAX_KEPT_DEPTH}
        )
    return True


def _encode_slowly(value: Any) -> str | None:
    try:
        return _to_text(value)
    except ValueError:
        return None
    except (TypeError, RecursionError) as error:
        raise PayloadError(_("The payload is not JSON: %(error)s") % {"error": error}) from error


def _is_deep(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth == 0 or any(_is_deep(item, depth - 1) for item in value.values())
    if isinstance(value, list | tuple):
        return depth == 0 or any(_is_deep(item, depth - 1) for item in value)
    return False


def encode(value: Any) -> str | None:
    """JSON text for a JSON column; ``None`` if one of the databases would refuse or change it.

    Raises ``PayloadError`` for what is not JSON at all.
    """
    text = _encode_slowly(value)
    if text is None or _is_too_deep(text, value):
        return None
    is_odd = is_suspicious(text) or has_exponent(text)
    return None if is_odd and not _is_safe(value) else text


def is_suspicious(text: str) -> bool:
    """A quick look: true for text with a NUL or half a surrogate pair, and for little else."""
    return "\0" in text or ("\\" in text and UNSAFE_ESCAPE.search(text) is not None)


def _is_safe(value: Any) -> bool:
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, float | Decimal):
        return -MAX_FLOAT < value < MAX_FLOAT
    if isinstance(value, dict):
        return all(_is_safe(key) and _is_safe(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(_is_safe(item) for item in value)
    return True


def literal(value: Any) -> str:
    """JSON text that keeps every digit of a ``Decimal``, for keeping inside a string.

    Raises ``PayloadError`` for a whole number of more digits than Python writes.
    """
    if isinstance(value, Decimal):
        return "NaN" if value.is_nan() else str(value)
    if isinstance(value, dict):
        items = (f"{_key(key)}:{literal(item)}" for key, item in value.items())
        return f"{{{','.join(items)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(literal, value))}]"
    try:
        return json.dumps(value)
    except ValueError as error:
        raise PayloadError(_("The payload is not JSON: %(error)s") % {"error": error}) from error


def _key(key: Any) -> str:
    """A key as the standard library writes it: what is no string in quotes."""
    return json.dumps(key if isinstance(key, str) else json.dumps(key))
