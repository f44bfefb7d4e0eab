"""A session of ``requests`` that takes less of the processor for the long lists of a sync."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

BODY = 8 * 1024 * 1024  # bytes of a body in one piece: more than any page of a list has


class Session(requests.Session):
    """Looks for proxies in the environment once for each server: each look takes a tenth of the
    processor time of a request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Any, dict[str, Any]] = {}

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        key = (*urlsplit(url)[:2], *(proxies or {}).items(), stream, verify, cert)
        if key not in self._known:
            found = super().merge_environment_settings(url, proxies, stream, verify, cert)
            self._known[key] = found
        return {**self._known[key]}


class Adapter(HTTPAdapter):
    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """The response, whose body comes in one piece: pieces of 10 KB take most of its time."""
        resp.stream = partial(_in_one_piece, resp.stream)
        return super().build_response(req, resp)


def _in_one_piece(stream: Any, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:
    return stream(max(amt, BODY), decode_content)  # type: ignore[no-any-return]
