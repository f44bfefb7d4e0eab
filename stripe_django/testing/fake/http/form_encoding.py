"""The parameters of requests: queries, forms, files and JSON."""

from __future__ import annotations

import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl


def decode(text: str) -> dict[str, Any]:
    """The parameters of a query or form, nested as their brackets say; values are text."""
    return _tree(parse_qsl(text, keep_blank_values=True))


def body(content: bytes, content_type: str) -> dict[str, Any]:
    """The parameters in a body."""
    if content_type.startswith("application/json"):
        found = json.loads(content or b"{}")
        return found if isinstance(found, dict) else {}
    if content_type.startswith("multipart/"):
        return _tree(_parts(content, content_type))
    return decode(content.decode())


def _parts(content: bytes, content_type: str) -> list[tuple[str, str]]:
    """The fields of a form with files; of a file, its name."""
    message = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename() or str(part.get_payload()).strip(),
        )
        for part in message.walk()
        if not part.is_multipart()
    ]


def _tree(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *parents, last = name.replace("]", "").split("[")
        node = tree
        for key in parents:
            inner = node.get(key)
            if not isinstance(inner, dict):
                inner = node[key] = {}
            node = inner
        node[last or str(len(node))] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _with_lists(node: Any) -> Any:
    """What has numbers for keys is a list."""
    if not isinstance(node, dict):
        return node
    found = {key: _with_lists(value) for key, value in node.items()}
    if found and all(key.isdecimal() for key in found):
        return [found[key] for key in sorted(found, key=int)]
    return found
