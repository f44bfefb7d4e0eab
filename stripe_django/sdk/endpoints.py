"""The addresses of Stripe's API, from the services of the SDK."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

from .annotations import Annotation, Kind, read
from .source import SourceClass, dotted, module, root


@dataclass(frozen=True)
class Endpoint:
    """``path`` has a ``{name}`` for each id in it."""

    method: str
    path: str
    is_list: bool
    targets: tuple[str, ...]
    call: ast.FunctionDef = field(repr=False, compare=False)
    scope: SourceClass = field(repr=False, compare=False)

    @cached_property
    def filters(self) -> dict[str, bool]:
        """The parameters of a request, and whether it cannot do without each."""
        return _filters(self.call, self.scope)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, is_needed in self.filters.items() if is_needed)


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every request whose response is a Stripe object or a list of them."""
    return tuple(sorted(_found(), key=lambda found: (found.path, found.method)))


def _found() -> Iterator[Endpoint]:
    for file in root().rglob("*_service.py"):
        home = module(dotted(file))
        for node in home.classes.values():
            source = SourceClass(home, node)
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.returns is not None:
                    yield from _endpoint(method, read(method.returns, source), source)


def _endpoint(
    method: ast.FunctionDef, answer: Annotation, scope: SourceClass
) -> Iterator[Endpoint]:
    is_list = answer.kind is Kind.PAGE
    items = answer.items if is_list else answer
    for call in ast.walk(method):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._request" and items:
            verb, path = (_literal(argument) for argument in call.args[:2])
            if items.targets:
                yield Endpoint(verb, path, is_list, items.targets, method, scope)


def _literal(node: ast.expr) -> str:
    """The text of a string, or of the template that ``format`` is called on."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _literal(node.func.value)
    return str(ast.literal_eval(node))


def _filters(method: ast.FunctionDef, scope: SourceClass) -> dict[str, bool]:
    for argument in (*method.args.posonlyargs, *method.args.args):
        if argument.arg == "params" and argument.annotation:
            found = scope.module.find(_params_class(argument.annotation))
            if found:
                return {
                    name: "NotRequired" not in ast.unparse(node)
                    for name, node, _ in found.annotated()
                }
    return {}


def _params_class(node: ast.expr) -> str:
    names = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return next((name for name in names if isinstance(name, str)), "")
