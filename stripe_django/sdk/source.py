"""The classes in the source of the installed ``stripe`` package, and what their names mean."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

REMAPPINGS = "_field_remappings"  # keys that are no Python names, by the attribute's name


@cache
def root() -> Path:
    """The folder of the installed package."""
    spec = find_spec("stripe")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@dataclass(frozen=True, slots=True, eq=False)
class SourceModule:
    """One parsed module: its classes, and the names that it imports from others."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)

    def find(self, name: str) -> SourceClass | None:
        """The class that a name stands for in this module, wherever it is defined."""
        if name in self.classes:
            return SourceClass(self, self.classes[name])
        if name in self.imports:
            path, original = self.imports[name]
            return module(path).find(original)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class SourceClass:
    """One class, and the module that gives its names a meaning."""

    module: SourceModule
    node: ast.ClassDef

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""

    def resolve(self, name: str) -> SourceClass | None:
        """The class that an annotation in this one means by ``name``."""
        for node in self.node.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return SourceClass(self.module, node)
        return self.module.find(name)

    def annotated(self) -> Iterator[tuple[str, ast.expr, str]]:
        """Each annotated name, as the key of a payload, with its annotation and the text below."""
        keys = self._remapped()
        for node, below in zip(self.node.body, [*self.node.body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
                yield keys.get(name, name), node.annotation, _text(below)

    def _remapped(self) -> dict[str, str]:
        for node in self.node.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == REMAPPINGS:
                found: dict[str, str] = ast.literal_eval(node.value)
                return found
        return {}


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


@cache
def module(path: str) -> SourceModule:
    """The module at a dotted path; an empty one if it is not part of the package."""
    found = SourceModule()
    location = root().parent / Path(*path.split("."))
    file = location / "__init__.py" if location.is_dir() else location.with_suffix(".py")
    if not path.startswith("stripe") or not file.exists():
        return found
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in _statements(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found.imports[alias.asname or alias.name] = (node.module, alias.name)
        elif isinstance(node, ast.ClassDef):
            found.classes[node.name] = node
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of a module, and those for type checkers only."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _statements(node.body)


def dotted(file: Path) -> str:
    """The dotted path of a file of the package."""
    return ".".join(file.relative_to(root().parent).with_suffix("").parts)
