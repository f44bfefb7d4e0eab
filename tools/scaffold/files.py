"""The files of the package that a new model goes into."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from stripe_django import models

from . import names

INIT = Path(models.__file__)


def path_of(name: str) -> Path:
    return INIT.with_name(f"{names.module_name(name)}.py")


def write(name: str, code: str) -> None:
    """Write the module of a model, which must not be there yet, and import it with the others."""
    with path_of(name).open("x", encoding="utf-8") as file:
        file.write(code)
    listed = with_import(
        INIT.read_text(encoding="utf-8"), names.module_name(name), names.class_name(name)
    )
    INIT.write_text(formatted(listed), encoding="utf-8")


def with_import(code: str, module: str, name: str) -> str:
    """The code of a package that exports all that it imports, with one more module."""
    tree = ast.parse(code)
    found = {str(each.module): each.names for each in tree.body if isinstance(each, ast.ImportFrom)}
    imports = {path: [alias.name for alias in names] for path, names in found.items()}
    imports[module] = [name]
    lines = [f"from .{path} import {', '.join(imports[path])}" for path in sorted(imports)]
    exported = sorted(name for names in imports.values() for name in names)
    head = f'"""{ast.get_docstring(tree)}"""'
    return "\n".join([head, "", *lines, "", f"__all__ = {exported}", ""])


def formatted(code: str) -> str:
    """The code in ruff's format, or as it is where ruff is not installed."""
    if find_spec("ruff") is None:
        return code
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(INIT), "-"]
    return subprocess.run(
        command, input=code, capture_output=True, encoding="utf-8", check=True
    ).stdout
