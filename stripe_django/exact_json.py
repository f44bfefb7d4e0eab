"""JSON decoded with every digit: a number with a fraction becomes a ``Decimal``."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

try:
    import msgspec
except ImportError:  # the extra "fast" has it
    msgspec = None  # type: ignore[assignment]
_decoder = msgspec.json.Decoder(float_hook=Decimal) if msgspec else None


def decode(text: bytes | str, parse_constant: Callable[[str], Any] = Decimal) -> Any:
    """Decode a text; ``parse_constant`` gets ``NaN``, ``Infinity`` and ``-Infinity``.

    Raises ``ValueError`` for what is no JSON, ``ArithmeticError`` for an exponent that no
    ``Decimal`` has, and ``RecursionError`` for what is nested too deeply.
    """
    if _decoder:
        try:
            return _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeError):  # also a constant, or half a surrogate pair
            pass
    return json.loads(text, parse_float=Decimal, parse_constant=parse_constant)
