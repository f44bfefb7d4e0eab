"""JSON as a tree that folds and can be searched, and metadata as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

SMALL = 12  # as many leaves need no field to search in


def tree(value: Any) -> SafeString:
    """The value as nested lists; ``admin.js`` filters what carries ``data-stripe-tree``."""
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


def leaf(value: Any) -> SafeString:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return format_html('<span class="stripe-{}">{}</span>', _kind(value), text)


def leaves(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 1
    return sum(map(leaves, value.values() if isinstance(value, dict) else value))


def _items(value: dict[str, Any] | list[Any]) -> SafeString:
    pairs: Iterable[tuple[Any, Any]] = (
        value.items() if isinstance(value, dict) else enumerate(value)
    )
    lines = format_html_join("", "<li>{}</li>", ((_line(key, item),) for key, item in pairs))
    return format_html("<ul>{}</ul>", lines)


def _line(key: Any, value: Any) -> SafeString:
    if isinstance(value, dict | list) and value:
        return format_html(
            '<details><summary><b>{}</b> <span class="quiet">{}</span></summary>{}</details>',
            key,
            f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]",
            _items(value),
        )
    return format_html("<b>{}</b> {}", key, leaf(value))


def _kind(value: Any) -> str:
    return "text" if isinstance(value, str) else "none" if value is None else "plain"
