"""Objects as responses have them: with the first page of nested lists, and expanded keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import is_not
from typing import Any

from stripe_django.sdk.annotations import Annotation

from . import routes, schema
from .http.protocol import BAD_REQUEST, RequestError
from .store import Record, Store

DEEPEST = 4  # levels of what can be expanded, including the ``data`` of a list
FIRST = 10  # members of a nested list that come with the object
Tree = Mapping[str, Any]  # what is to be expanded, and what inside that
NOTHING: Tree = {}


def tree(paths: object) -> Tree:
    """The tree of ``expand``, such as ``["customer", "data.items"]``.

    Raises ``RequestError`` for a path that is too deep.
    """
    found: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else []:
        node = found
        words = str(path).split(".")
        if len(words) > DEEPEST:
            message = f"{path!r} would expand more than {DEEPEST} levels."
            raise RequestError(BAD_REQUEST, message, param="expand")
        for word in words:
            node = node.setdefault(word, {})
    return found


@dataclass(frozen=True, slots=True)
class Serializer:
    """Turns the records of a store into payloads."""

    store: Store

    def serialize(self, record: Record, expand: Tree = NOTHING) -> dict[str, Any]:
        """The object, with these keys expanded; the stub of a deleted one."""
        if record.is_deleted:
            return record.stub
        if record.name == "event" or record.payload.get("deleted") is True:
            return record.payload  # the object in an event is as it was when it happened
        nested = schema.pages(record.name)
        own = set(record.pages) - schema.on_request(record.name)
        if not expand:
            whole = self._unexpanded(record)
            return whole | {key: self._page(record, key, NOTHING) for key in own} if own else whole
        shown = dict(record.payload)
        for key in {*own, *(set(expand) & set(nested))}:
            shown[key] = self._page(record, key, expand.get(key, {}).get("data", {}))
        for key in set(expand) - set(nested):
            if key not in shown and key not in schema.fields(record.name):
                message = f"{key!r} cannot be expanded in {record.name}."
                raise RequestError(BAD_REQUEST, message, param="expand")
            annotation = schema.fields(record.name).get(key)
            if key in shown:
                shown[key] = self._expanded(shown[key], annotation, expand[key], record)
        return dict(visible(shown, expand))

    def serialize_created(self, record: Record, expand: Tree = NOTHING) -> dict[str, Any]:
        """The same, with the keys that only the response to the creation has."""
        once = schema.only_at_creation(record.name) & record.payload.keys()
        return {**self.serialize(record, expand), **{key: record.payload[key] for key in once}}

    @staticmethod
    def _unexpanded(record: Record) -> dict[str, Any]:
        if record.unexpanded is None or record.unexpanded[0] is not record.payload:
            record.unexpanded = record.payload, visible(record.payload)
        return record.unexpanded[1]

    def _page(self, record: Record, key: str, expand: Tree) -> dict[str, Any]:
        members = self.store.members(record, key)
        names = schema.pages(record.name)[key]
        return {
            **record.payload.get(key, {}),
            "object": "list",
            "data": [self.serialize(member, expand) for member in members[:FIRST]],
            "has_more": len(members) > FIRST,
            "url": routes.list_in(record.name, record.id, key, names),
        }

    def _expanded(
        self, value: Any, annotation: Annotation | None, expand: Tree, record: Record
    ) -> Any:
        """A value of a record: an id as the object, if there is one, and so within hashes."""
        if isinstance(value, str) and annotation:
            found = self.store.get(record.namespace, annotation.targets, value)
            return self.serialize(found, expand) if found else value
        if isinstance(value, list):
            items = annotation.items if annotation else None
            return [self._expanded(each, items, expand, record) for each in value]
        if isinstance(value, dict):
            inner = self._inner(value, annotation)
            return value | {
                key: self._expanded(value[key], inner.get(key), expand[key], record)
                for key in expand
                if key in value
            }
        return value

    def _inner(self, value: Mapping[str, Any], annotation: Annotation | None) -> schema.Fields:
        name = value.get("object")
        if isinstance(name, str):
            return schema.fields(name)
        return schema.inner_fields(annotation) if annotation else {}


def visible(value: Any, expand: Tree = NOTHING) -> Any:
    """A value without the keys that no response has unless ``expand`` names them.

    It is the same object if it has no such keys, at any depth.
    """
    if isinstance(value, list):
        members = [visible(each, expand) for each in value]
        return members if any(map(is_not, members, value)) else value
    if not isinstance(value, dict):
        return value
    hidden = _hidden(value.get("object"), expand)
    shown = {
        key: visible(each, expand.get(key, NOTHING))
        for key, each in value.items()
        if key not in hidden
    }
    is_same = len(shown) == len(value) and not any(map(is_not, shown.values(), value.values()))
    return value if is_same else shown


def _hidden(name: Any, expand: Tree) -> frozenset[str]:
    if not isinstance(name, str):
        return schema.ON_REQUEST_IN_HASHES - expand.keys()
    return (schema.on_request(name) - expand.keys()) | schema.only_at_creation(name)
