"""Which objects of a list a request gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from . import schema
from .clock import seconds_of
from .http.protocol import BAD_REQUEST, Request, RequestError, missing
from .serialization import Tree
from .store import Listing, Record, id_of

LARGEST = 100
USUAL = {False: 10, True: 20}  # by whether it is version 2 of the API
RANGE = 0
NO_FILTERS = frozenset({"limit", "starting_after", "ending_before", "expand", "page", "include"})
RANGES: Mapping[str, Callable[[float, float], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a request wants of a list."""

    request: Request
    is_listed: Callable[[Record], bool] = lambda record: True

    @property
    def limit(self) -> int:
        given = self.request.params.get("limit", USUAL[self.request.is_v2])
        if not str(given).isdecimal() or not 0 < int(given) <= LARGEST:
            raise RequestError(BAD_REQUEST, f"limit is from 1 to {LARGEST}.", param="limit")
        return int(given)

    def page(self, listing: Listing, show: Callable[[Record, Tree], Any], expand: Tree) -> Any:
        """One page in the form of the API's version."""
        records, has_more = self._page(listing)
        data = [show(record, expand) for record in records]
        if not self.request.is_v2:
            path = self.request.path
            return {"object": "list", "data": data, "has_more": has_more, "url": path}
        after = self._next_page(records[-1].id) if has_more else None
        return {"data": data, "next_page_url": after, "previous_page_url": None}

    def _next_page(self, last: str) -> str:
        kept = {key: value for key, value in self.request.params.items() if key != "page"}
        return f"{self.request.path}?{urlencode({**kept, 'page': last}, doseq=True)}"

    def _page(self, listing: Listing) -> tuple[list[Record], bool]:
        wanted = self._wanted(listing)
        found = list(islice(wanted, self.limit + 1))
        page = found[: self.limit]
        if "ending_before" in self.request.params:
            page.reverse()
        return page, len(found) > self.limit

    def _wanted(self, listing: Listing) -> Iterator[Record]:
        params = self.request.params
        others = NO_FILTERS | {"test_clock"}
        filters = {key: value for key, value in params.items() if key not in others}
        if "ending_before" in params:
            end = self._position(listing, "ending_before")
            positions = range(end - 1, -1, -1)
        else:
            after = "page" if self.request.is_v2 else "starting_after"
            start = self._position(listing, after) + 1 if after in params else 0
            positions = range(start, len(listing))
        records = (listing[position] for position in positions)
        return (each for each in records if is_wanted(each, filters) and self.is_listed(each))

    def _position(self, listing: Listing, param: str) -> int:
        id = self.request.params[param]
        if id not in listing.positions:
            raise missing("/v1/", id, param)
        return listing.positions[id]


def is_wanted(record: Record, filters: Mapping[str, Any]) -> bool:
    """Whether a record passes filters."""
    if record.name == "subscription" and "status" not in filters and has_ended(record):
        return False
    return all(_passes(record, key, wanted) for key, wanted in filters.items())


def has_ended(record: Record) -> bool:
    """Whether a subscription is one that lists have only if they are asked for its status."""
    return bool(record.payload.get("status") == "canceled")


def _passes(record: Record, key: str, wanted: Any) -> bool:
    known = {**schema.fields(record.name), **record.payload}
    key, wanted = _plain(known, key, wanted)
    if key == "object_id":
        return id_of(record.payload.get("related_object")) == str(wanted)
    if key == "payout" and record.name == "balance_transaction":
        return str(wanted) in (record.within, id_of(record.payload.get("source")))
    if key == "delivery_success":
        return (not record.payload.get("pending_webhooks")) == (str(wanted).lower() == "true")
    if wanted == "all":
        return True
    if key not in known:  # the owner of objects that do not name it, or nothing to go by
        return record.within in ("", str(wanted))
    value = record.payload.get(key)
    if isinstance(wanted, list):
        return any(_equals(value, each) for each in wanted)
    if isinstance(wanted, Mapping) and wanted.keys() <= RANGES.keys():
        seconds = seconds_of(value)
        return all(RANGES[each](seconds, _bound(bound)) for each, bound in wanted.items())
    is_owner = key in schema.references(record.name) and record.within == str(wanted)
    return is_owner or _equals(value, wanted)


def _plain(known: Mapping[str, Any], key: str, wanted: Any) -> tuple[str, Any]:
    """``created_gte=1`` as ``created[gte]=1``, and ``types[]`` as several values of ``type``."""
    head, _, tail = key.rpartition("_")
    if tail in RANGES:
        return head, {tail: wanted}
    if isinstance(wanted, list) and key not in known:
        singular = key.removesuffix("s")
        return (singular if singular in known else key.removesuffix("es")), wanted
    return key, wanted


def _bound(value: Any) -> float:
    return float(value) if str(value).isdecimal() else seconds_of(value)


def _equals(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        inner = value if isinstance(value, Mapping) else {}
        return all(_equals(inner.get(key), each) for key, each in wanted.items())
    if isinstance(value, bool):
        return str(value).lower() == str(wanted).lower()
    text = id_of(value) or str(value)
    return text == str(wanted) or ("*" in str(wanted) and fnmatchcase(text, str(wanted)))
