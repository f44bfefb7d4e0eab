"""What a payload's nested lists say of links, and whether they are complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from stripe_django.models.base import StripeModel

from .rows import NestedList
from .schema import MappingSchema, target_of

Refer = Callable[[type[StripeModel], Any], str | None]


def linked(
    schema: MappingSchema, payload: Mapping[str, Any], refer: Refer
) -> Iterator[tuple[str, list[str]]]:
    """The ids that each many-to-many field is linked to, where the payload speaks of it.

    ``refer`` returns the id for an object of some model, or for its id.
    """
    for link, _ in schema.links:
        sent = _sent(schema, link.name, payload)
        if sent is not None:
            target = target_of(link)
            ids = (refer(target, item) for item in _items(sent))
            yield link.name, list(dict.fromkeys(found for found in ids if found))


def partial(schema: MappingSchema, payload: Mapping[str, Any]) -> frozenset[str]:
    """The many-to-many fields of which the payload has only the first page."""
    sent = {link.name: _sent(schema, link.name, payload) for link, _ in schema.links}
    return frozenset(name for name, value in sent.items() if _has_more(value))


def _sent(schema: MappingSchema, name: str, payload: Mapping[str, Any]) -> Any:
    """The first of the sources that has members: an empty list may stand beside a single id."""
    getters = next(getters for link, getters in schema.links if link.name == name)
    found = [each for get in getters if (each := get(payload)) is not None]
    return next((each for each in found if _items(each)), found[0] if found else None)


def _items(sent: Any) -> list[Any] | tuple[Any, ...]:
    if isinstance(sent, dict) and isinstance(sent.get("data"), list | tuple):
        sent = sent["data"]
    return sent if isinstance(sent, list | tuple) else [sent]


def _has_more(value: Any) -> bool:
    return isinstance(value, dict) and value.get("has_more") is True


def incomplete(parts: Iterable[str], payload: Mapping[str, Any]) -> Iterator[NestedList]:
    """The nested lists under these keys of which the payload has only the first page."""
    for key in parts:
        nested = payload[key]
        if isinstance(nested, dict) and _has_more(nested):
            data, url = nested.get("data"), nested.get("url")
            last = data[-1] if isinstance(data, list) and data else None
            last_id = last.get("id") if isinstance(last, dict) else None
            if isinstance(url, str) and isinstance(last_id, str):
                yield NestedList(key, url, last_id)
