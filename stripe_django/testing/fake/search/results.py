"""Searches: what an index has of the objects, which comes behind them."""

from __future__ import annotations

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from stripe_django.sdk.endpoints import endpoints

from ..clock import seconds_of
from ..http.protocol import BAD_REQUEST, Request, RequestError
from ..pagination import Query
from ..serialization import Tree
from ..store import Namespace, Record, Store
from .query import parsed

LAG = 60.0  # seconds in which Stripe has usually indexed a change


@cache
def searchable() -> frozenset[str]:
    """The names of the objects that can be searched."""
    found = (each for each in endpoints() if each.path.endswith("/search"))
    return frozenset(name for each in found for name in each.targets)


def as_of(record: Record, moment: float) -> Record | None:
    """An object as it was at a Unix time; ``None`` if it was not there."""
    payload = None
    for at, version in record.versions:
        if at <= moment:
            payload = version
    return None if payload is None else replace(record, payload=payload, is_deleted=False)


def results(
    request: Request,
    name: str,
    store: Store,
    namespace: Namespace,
    moment: float,
    show: Callable[[Record, Tree], Any],
    expand: Tree,
) -> dict[str, Any]:
    """One page of a search in the index of a Unix time. Raises ``RequestError``."""
    query = parsed(str(request.params["query"]), name)
    limit, start = Query(request).limit, _start(request)
    found = [each for each in _indexed(name, store, namespace, moment) if query.fits(each.payload)]
    found.sort(
        key=lambda each: (seconds_of(each.payload.get("created")), each.number), reverse=True
    )
    end = start + limit
    return {
        "object": "search_result",
        "data": [show(record, expand) for record in found[start:end]],
        "has_more": end < len(found),
        "next_page": _token(end) if end < len(found) else None,
        "url": request.path,
    }


def _indexed(name: str, store: Store, namespace: Namespace, moment: float) -> Iterator[Record]:
    for same_id in store.records.values():
        record = same_id.get((namespace, name))
        found = as_of(record, moment) if record else None
        if found is not None:
            yield found


def _start(request: Request) -> int:
    token = request.params.get("page")
    if token is None:
        return 0
    try:
        return int(urlsafe_b64decode(str(token)))
    except (Error, ValueError):
        raise RequestError(
            BAD_REQUEST, f"{token!r} is no page of a search.", param="page"
        ) from None


def _token(position: int) -> str:
    return urlsafe_b64encode(f"{position:09}".encode()).decode()


ALWAYS = -math.inf  # since when the index has what was added
