"""Pages that browsers open at the fake, such as Checkout, and the requests that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from .http.protocol import NOT_FOUND, Request, Response

PREFIXES = ("/c/", "/p/")
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
Operation = Callable[[Request, tuple[str, ...]], Mapping[str, Any] | None]


class Hosted(Protocol):
    """The pages of one account.

    ``operations`` carry out requests, by the path of the endpoint: each gets the request and the
    ids in its path, and returns the object; ``None`` leaves the request to the fake.
    """

    @property
    def operations(self) -> Mapping[str, Operation]: ...

    def page(self, request: Request) -> Response | None:
        """The response to a browser; ``None`` for a page that the account does not have."""

    def catch_up(self) -> None:
        """Do what has become due."""


def is_page(request: Request) -> bool:
    """Whether a browser requests a page, and not a program the API."""
    return request.path.startswith(PREFIXES)


def page_of(request: Request, hosted: Iterable[Hosted]) -> Response:
    """The page of the account that has it."""
    for each in hosted:
        found = each.page(request)
        if found is not None:
            return found
    text = "There is no such page. Checkout and the billing portal need a Business at this fake.\n"
    return Response(text, NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"})
