"""A request that the project has sent with Stripe's SDK, as its HTTP client sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stripe_django.credentials import account_in

from .response import with_beginnings

BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Its method in lower case, its path, and the account that it names; empty for the key's own.

    ``expanded`` are the paths that it has Stripe expand, those before them included.
    """

    method: str
    path: str
    account: str = ""
    version: str = ""
    expanded: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)  # those in the address
    api_key: str = field(default="", repr=False)

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], post_data: Any) -> SentRequest:
        given = {name.lower(): value for name, value in headers.items()}
        parts = urlsplit(url)
        named = str(given.get("stripe-account") or "") or account_in(given.get("stripe-context"))
        return cls(
            method.lower(),
            parts.path,
            named,
            str(given.get("stripe-version") or ""),
            with_beginnings([*_expand(parts.query, post_data)]),
            dict(parse_qsl(parts.query)),
            str(given.get("authorization") or "").removeprefix(BEARER),
        )

    @property
    def is_read(self) -> bool:
        return self.method == "get"

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")


def _expand(query: str, post_data: Any) -> Iterator[str]:
    """The paths in the parameters, wherever they were sent: ``expand[0]=data.customer``."""
    for text in (query, post_data):
        if isinstance(text, str) and "expand" in text and not text.startswith("{"):
            for name, value in parse_qsl(text):
                if name.partition("[")[0] == "expand":
                    yield value
