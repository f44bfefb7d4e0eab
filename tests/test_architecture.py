"""No import evades the contracts between packages, which ``pyproject.toml`` has."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

import stripe_django

PACKAGE = Path(stripe_django.__file__).parent
IMPORTERS = ("import_module", "import_string", "__import__")

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]


def is_own_import(node):
    """Whether a statement imports from the package."""
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").partition(".")[0] == "stripe_django"
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == "stripe_django" for alias in node.names)
    return False


def names_own_module(node):
    """Whether a call imports a module of the package by its name."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    function = getattr(node.func, "id", getattr(node.func, "attr", ""))
    name = node.args[0]
    own = isinstance(name, ast.Constant) and str(name.value).startswith(("stripe_django", "."))
    return function in IMPORTERS and own


LOADED_BY_EVERY_START = {
    "__init__.py",
    "apps.py",
    "urls.py",
    "checks/__init__.py",
    "fields/foreign.py",
    "models/base.py",
}
NEEDS_THE_SDK = {"api/client.py"}


def test_no_function_imports_from_the_package():
    """But where it spares most processes a module, see ``tests/test_startup.py``."""
    found = {
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if name not in LOADED_BY_EVERY_START | NEEDS_THE_SDK
        for function in functions(tree)
        for node in ast.walk(function)
        if is_own_import(node)
    }
    assert found == set()


def test_no_module_of_the_package_is_imported_by_its_name():
    found = {
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if names_own_module(node)
    }
    assert found == set()
