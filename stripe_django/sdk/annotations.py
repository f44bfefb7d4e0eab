"""The annotations of the SDK's fields, as what they say about a value."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from enum import StrEnum

from .source import SourceClass


class Kind(StrEnum):
    """What a value is."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"  # a string of digits in the payload
    FLAG = "flag"
    ENUM = "enum"
    HASH = "hash"
    OBJECT = "object"  # another Stripe object, always in full
    EXPANDABLE = "expandable"  # its id, or the object where the request asked for it
    LIST = "list"
    PAGE = "page"  # a nested list, of which the payload may have the beginning only
    MAP = "map"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Annotation:
    """``values`` are an enum's codes, ``targets`` the names of the objects it may be, ``items``
    what a list, page or map is made of, ``shape`` the class of a hash.
    """

    kind: Kind
    optional: bool = False
    values: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    items: Annotation | None = None
    shape: SourceClass | None = None


PLAIN = {
    "str": Kind.TEXT,
    "int": Kind.INTEGER,
    "float": Kind.FLOAT,
    "Decimal": Kind.DECIMAL,
    "bool": Kind.FLAG,
    "Any": Kind.ANY,
    "object": Kind.ANY,
}
CONTAINERS = {
    "List": Kind.LIST,
    "ListObject": Kind.PAGE,
    "UntypedStripeObject": Kind.MAP,
    "Dict": Kind.MAP,
}


def read(node: ast.expr, scope: SourceClass) -> Annotation:
    """What an annotation in the class ``scope`` says."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return read(ast.parse(node.value, mode="eval").body, scope)
    if isinstance(node, ast.Subscript):
        return _subscript(ast.unparse(node.value), _arguments(node), scope)
    name = ast.unparse(node)
    return Annotation(PLAIN[name]) if name in PLAIN else _class(name, scope)


def _arguments(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _subscript(name: str, arguments: list[ast.expr], scope: SourceClass) -> Annotation:
    if name == "Literal":
        values = (ast.literal_eval(argument) for argument in arguments)
        return Annotation(Kind.ENUM, values=tuple(map(str, values)))
    if name == "Optional":
        return replace(read(arguments[0], scope), optional=True)
    if name in CONTAINERS:
        return Annotation(CONTAINERS[name], items=read(arguments[-1], scope))
    if name == "ExpandableField":
        return Annotation(Kind.EXPANDABLE, targets=read(arguments[0], scope).targets)
    return _union([read(argument, scope) for argument in arguments])


def _union(members: list[Annotation]) -> Annotation:
    """Several objects, or an enum that may get more values (``Union[Literal[...], str]``)."""
    targets = tuple(target for member in members for target in member.targets)
    if targets:
        return Annotation(Kind.OBJECT, targets=targets)
    enums = [member for member in members if member.kind is Kind.ENUM]
    return enums[0] if enums else Annotation(Kind.ANY)


def _class(name: str, scope: SourceClass) -> Annotation:
    found = scope.resolve(name)
    if found is None:
        return Annotation(Kind.ANY)
    object_name = object_name_of(found)
    if object_name:
        return Annotation(Kind.OBJECT, targets=(object_name,))
    return Annotation(Kind.HASH, shape=found)


def object_name_of(source: SourceClass) -> str | None:
    """The value of ``object`` of the Stripe object that a class is; ``None`` for a plain hash."""
    for node in source.node.body:
        if (
            isinstance(node, ast.AnnAssign)
            and ast.unparse(node.target) == "OBJECT_NAME"
            and node.value
        ):
            return str(ast.literal_eval(node.value))
    return None
