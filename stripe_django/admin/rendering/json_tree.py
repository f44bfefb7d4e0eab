"""JSON as a tree that folds and can be searched, and metadata as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .times import time

SMALL = 12  # as many leaves need no field to search in

# Keys of Stripe's under which a whole number is a time, and the seconds from 2001 to 2100.
TIME = re.compile(
    r"(^|_)(at|by|on|anchor|created|date|end|expiry|start|time|timestamp|until|updated)$|^(from|to)$"
)
SECONDS = range(1_000_000_000, 4_102_444_800)


def tree(value: Any) -> SafeString:
    """The value as nested lists; ``admin.js`` filters what carries ``data-stripe-tree``."""
    value = without_nulls(value)
    if not isinstance(value, dict | list) or not value:
        return leaf(value)
    search = ""
    if leaves(value) > SMALL:
        search = format_html(
            '<input type="search" aria-label="{}" placeholder="{}">', _("Filter"), _("Filter")
        )
    return format_html(
        '<div class="stripe-tree" data-stripe-tree>{}{}</div>', search, _items(value)
    )


def table(value: Any) -> SafeString:
    """A flat hash as a table; anything else as a tree."""
    if not isinstance(value, dict) or any(isinstance(v, dict | list) for v in value.values()):
        return tree(value)
    rows = format_html_join(
        "", '<tr><th scope="row">{}</th><td>{}</td></tr>', sorted(value.items())
    )
    return format_html('<table class="stripe-metadata"><tbody>{}</tbody></table>', rows)


def without_nulls(value: Any) -> Any:
    """Hashes without the keys that hold nothing, which is null or a hash of nulls alone."""
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: without_nulls(item) for key, item in value.items() if item is not None}
    return {key: item for key, item in kept.items() if item != {} or value[key] == {}}


def as_time(value: Any, key: str) -> SafeString | None:
    """The time that a number under a key stands for; ``None`` for any other value."""
    if type(value) is int and value in SECONDS and TIME.search(key):
        return time(datetime.fromtimestamp(value, UTC), str(value))
    return None


def leaf(value: Any, key: Any = "") -> SafeString:
    if shown := as_time(value, str(key)):
        return shown
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return format_html('<span class="stripe-{}">{}</span>', _kind(value), text)


def leaves(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 1
    return sum(map(leaves, value.values() if isinstance(value, dict) else value))


def _items(value: dict[str, Any] | list[Any]) -> SafeString:
    pairs: Iterable[tuple[Any, Any]] = (
        sorted(value.items(), key=_place) if isinstance(value, dict) else enumerate(value)
    )
    lines = format_html_join("", "<li>{}</li>", ((_line(key, item),) for key, item in pairs))
    return format_html("<ul>{}</ul>", lines)


def _place(item: tuple[str, Any]) -> tuple[bool, bool, str]:
    """Stripe's order, which PostgreSQL does not keep: the id, the object, the rest by name."""
    key, _value = item
    return key != "id", key != "object", key


def _line(key: Any, value: Any) -> SafeString:
    if isinstance(value, dict | list) and value:
        return format_html(
            '<details><summary><b>{}</b> <span class="quiet">{}</span></summary>{}</details>',
            key,
            f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]",
            _items(value),
        )
    return format_html("<b>{}</b> {}", key, leaf(value, key))


def _kind(value: Any) -> str:
    return "text" if isinstance(value, str) else "none" if value is None else "plain"
