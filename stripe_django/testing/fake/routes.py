"""From a path of Stripe's API to the endpoint that the SDK knows it as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote, unquote

from stripe_django.sdk.endpoints import Endpoint, endpoints

ANY = "{}"


@dataclass(frozen=True, slots=True)
class Match:
    """An endpoint, and the ids in the path that it was found by."""

    endpoint: Endpoint
    ids: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the objects that the endpoint is about."""
        return self.endpoint.targets

    @property
    def last(self) -> str:
        """The last word of the path; empty if that is an id."""
        word = self.endpoint.path.rpartition("/")[2]
        return "" if word.startswith("{") else word


@dataclass(slots=True)
class _Node:
    inner: dict[str, _Node] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)


def load() -> None:
    """Read the endpoints of the SDK now: that takes seconds, which no response should take."""
    _root()


@cache
def _root() -> _Node:
    root = _Node()
    for endpoint in endpoints():
        node = root
        for word in endpoint.path.strip("/").split("/"):
            node = node.inner.setdefault(ANY if word.startswith("{") else word, _Node())
        node.endpoints.setdefault(endpoint.method.upper(), endpoint)
    return root


def match(method: str, path: str) -> Match | None:
    """The endpoint of a request; ``None`` if the SDK knows none."""
    words = path.strip("/").split("/")
    for node, ids in _nodes(_root(), words, ()):
        if method in node.endpoints:
            return Match(node.endpoints[method], tuple(unquote(each) for each in ids))
    return None


def _nodes(
    node: _Node, words: list[str], ids: tuple[str, ...]
) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    """The nodes that words lead to, first those that name the words themselves."""
    if not words:
        yield node, ids
        return
    word, *rest = words
    if word in node.inner:
        yield from _nodes(node.inner[word], rest, ids)
    if word and ANY in node.inner:
        yield from _nodes(node.inner[ANY], rest, (*ids, word))


@cache
def _templates() -> dict[str, str]:
    """The path of a single object, by the object's name: the one with the fewest ids."""
    found: dict[str, str] = {}
    for each in sorted(endpoints(), key=lambda endpoint: endpoint.path.count("{")):
        if each.method == "get" and not each.is_list and each.path.endswith("}"):
            for name in each.targets:
                found.setdefault(name, each.path)
    return found


def path_of(name: str, id: str, parent: str = "") -> str:
    """Where an object is; its name alone if the SDK knows no such place."""
    template = _templates().get(name, f"/v1/{name}/{{id}}")
    ids = [quote(each, safe="") for each in (parent, id)]
    words = reversed(template.split("/"))
    filled = [ids.pop() if word.startswith("{") and ids else word for word in words]
    return "/".join(reversed(filled))


def list_in(name: str, id: str, key: str, names: tuple[str, ...]) -> str:
    """The URL of a list inside an object."""
    return _list_template(name, key, names).format(quote(id, safe=""))


@cache
def _list_template(name: str, key: str, names: tuple[str, ...]) -> str:
    path = f"{path_of(name, 'id')}/{key}"
    if not match("GET", path):
        for each in endpoints():
            is_theirs = each.is_list and set(names) & set(each.targets)
            if is_theirs and name in each.required:
                return f"{each.path}?{name}={{}}"
    return f"{path_of(name, '')}{{}}/{key}"
