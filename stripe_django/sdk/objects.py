"""Every object that the SDK declares, with its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .annotations import Annotation, object_name_of, read
from .source import SourceClass, dotted, module, root

OBJECT_NAME = re.compile(r"OBJECT_NAME: ClassVar\[\s*Literal\[\s*\"([\w.]+)\"")
NOT_OBJECTS = frozenset({"list", "search_result", "v2.search_result"})  # envelopes of responses


@dataclass(frozen=True, slots=True)
class SdkField:
    """One key of a payload; ``doc`` is what the SDK says about it, for the developer's eyes."""

    name: str
    annotation: Annotation
    doc: str


@dataclass(frozen=True, slots=True, eq=False)
class SdkObject:
    """One Stripe object; ``name`` is its value of ``object``."""

    name: str
    source: SourceClass
    fields: dict[str, SdkField]


def fields_of(source: SourceClass) -> dict[str, SdkField]:
    """The fields of a Stripe object or of a hash inside one."""
    return {
        name: SdkField(name, read(node, source), doc)
        for name, node, doc in source.annotated()
        if not name.isupper() and not name.startswith("_")
    }


@cache
def names() -> dict[str, str]:
    """The dotted path of each object's module, by the object's name."""
    return dict(sorted(_found()))


def _found() -> Iterator[tuple[str, str]]:
    for file in root().rglob("*.py"):
        for name in OBJECT_NAME.findall(file.read_text(encoding="utf-8")):
            if name not in NOT_OBJECTS:
                yield name, dotted(file)


@cache
def sdk_object(name: str) -> SdkObject:
    """One object by its name; raises ``KeyError`` if the SDK has none of that name."""
    home = module(names()[name])
    for node in home.classes.values():
        source = SourceClass(home, node)
        if object_name_of(source) == name:
            return SdkObject(name, source, fields_of(source))
    raise KeyError(name)
