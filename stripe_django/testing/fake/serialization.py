"""Objects as answers have them: nested lists with their beginning, references as asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django.sdk.annotations import Annotation

from . import routes, schema
from .http import BAD_REQUEST, Refusal
from .store import Record, Store

FIRST = 10  # members of a nested list that come with the object
Tree = Mapping[str, Any]  # what is to be expanded, and what inside that


def tree(paths: object) -> Tree:
    """What ``expand`` asks for: ``["customer", "data.items"]``."""
    found: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else []:
        node = found
        for word in str(path).split("."):
            node = node.setdefault(word, {})
    return found


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows the records of a store."""

    store: Store

    def show(self, record: Record, expand: Tree = {}) -> dict[str, Any]:  # noqa: B006
        """The object, with these parts expanded; the stub of a deleted one."""
        if record.is_deleted:
            return record.stub
        if not record.pages and not expand:
            return record.payload
        nested = schema.pages(record.name)
        shown = dict(record.payload)
        for key in {*record.pages, *(set(expand) & set(nested))}:
            shown[key] = self._page(record, key, expand.get(key, {}).get("data", {}))
        for key in set(expand) - set(nested):
            if key not in shown and key not in schema.fields(record.name):
                refusal = f"{key!r} cannot be expanded in {record.name}."
                raise Refusal(BAD_REQUEST, refusal, param="expand")
            annotation = schema.fields(record.name).get(key)
            if key in shown:
                shown[key] = self._expanded(shown[key], annotation, expand[key], record)
        return shown

    def _page(self, record: Record, key: str, expand: Tree) -> dict[str, Any]:
        members = self.store.members(record, key)
        names = schema.pages(record.name)[key]
        return {
            **record.payload.get(key, {}),
            "object": "list",
            "data": [self.show(member, expand) for member in members[:FIRST]],
            "has_more": len(members) > FIRST,
            "url": routes.list_in(record.name, record.id, key, names),
        }

    def _expanded(
        self, value: Any, annotation: Annotation | None, expand: Tree, record: Record
    ) -> Any:
        """A value of a record: an id as the object, if there is one, and so within hashes."""
        if isinstance(value, str) and annotation:
            found = self.store.get(record.place, annotation.targets, value)
            return self.show(found, expand) if found else value
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
