"""Imports point one way, and no function imports from inside the package to dodge a cycle."""

import ast
from pathlib import Path

import pytest

import stripe_django

PACKAGE = Path(stripe_django.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
    if "migrations" not in path.parts
}

# Each layer, by the beginning of its modules' names, with all that it may import.
BASE = ("exceptions", "conf")
DATA = (*BASE, "fields", "models", "registry")
LAYERS = {
    "exceptions": (),
    "conf": ("exceptions",),
    "fields": (*BASE, "fields"),
    "models": (*BASE, "fields", "models"),
    "registry": (*BASE, "fields", "models"),
    "api": (*BASE, "api"),
    "sdk": ("sdk",),
    "sync.mapping": (*DATA[1:], "exceptions", "api.server_clock", "sync.mapping"),
    "sync.scope": (*DATA, "sync.mapping", "sync.scope"),
    "sync.writer": (*DATA, "api.client", "sync.mapping", "sync.writer"),
    "migration_state": DATA,
    "signals": (),
    "sync": (*DATA, "api", "signals", "sync"),
    "statistics": (*DATA, "statistics", "sync"),
    "tasks": ("statistics", "sync"),
    "operations": (*DATA, "sync"),
    "webhooks": (
        *DATA,
        "api",
        "migration_state",
        "sdk",
        "statistics",
        "sync",
        "tasks",
        "webhooks",
    ),
    "urls": ("webhooks",),
    "money": (),
    "admin": (*DATA, "admin", "money", "statistics", "sync"),
    "audit": (*DATA, "audit", "sdk", "sync.mapping.redaction"),
    "management": (
        *DATA,
        "api",
        "audit",
        "management",
        "migration_state",
        "statistics",
        "sync",
        "tasks",
        "webhooks",
    ),
    "testing": (*DATA, "api", "sdk", "sync", "testing"),
    "checks": (*DATA, "checks"),
    "apps": (),
    "standalone": (*DATA, "money", "sdk", "standalone", "sync.mapping.redaction", "testing"),
    "cli": ("cli", "standalone"),
    "__main__": ("cli",),
}


def inner_name(module):
    return module.removeprefix("stripe_django").removeprefix(".")


def is_within(name, part):
    return name == part or name.startswith(f"{part}.")


def imported(module, node):
    """The package's modules that an import statement names, without the package's own name."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        base = node.module or ""
        if node.level:
            is_package = MODULES[module].name == "__init__.py"
            parts = module.split(".")
            parts = parts[: len(parts) - node.level + is_package]
            base = ".".join([*parts, *filter(None, [node.module])])
        names = [f"{base}.{alias.name}" for alias in node.names]
    for name in names:
        while name.startswith("stripe_django.") and name not in MODULES:
            name = name.rpartition(".")[0]
        if name.startswith("stripe_django."):
            yield inner_name(name)


def imports_of(module, *, anywhere):
    tree = ast.parse(MODULES[module].read_text())
    yield from imports_among(module, ast.walk(tree) if anywhere else tree.body)


def imports_among(module, nodes):
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(module, node)


def allowed_for(name):
    best = max((layer for layer in LAYERS if is_within(name, layer)), key=len, default=None)
    assert best is not None, f"{name} belongs to no layer"
    return LAYERS[best]


@pytest.mark.parametrize("module", [name for name in sorted(MODULES) if inner_name(name)])
def test_imports_point_one_way(module):
    allowed = allowed_for(inner_name(module))
    wrong = [
        name
        for name in imports_of(module, anywhere=module != "stripe_django.apps")
        if not any(is_within(name, part) for part in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"stripe_django.apps"}))
def test_no_function_imports_from_the_package(module):
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert list(imports_among(module, ast.walk(node))) == []


@pytest.mark.parametrize("module", [name for name in sorted(MODULES) if ".models" in name])
def test_models_know_neither_network_nor_settings(module):
    text = MODULES[module].read_text()
    assert "import stripe\n" not in text
    assert "conf" not in imports_of(module, anywhere=True)
