"""A value of a payload as short text."""

from __future__ import annotations

import json
from typing import Any

LENGTH = 200


def brief(value: Any) -> str:
    """The value as text, not longer than a line or two; nothing for no value."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 1]}…"
