"""A copy of the checkout, to be broken and written in."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = ["pyproject.toml", "tests/__init__.py", "tests/settings.py"]
FOLDERS = ["stripe_django", "tools", "tests/linked"]


class Checkout:
    """The package and the tools, in a folder of their own, as far as possible compiled."""

    def __init__(self, path):
        self.path = path
        for name in FOLDERS:
            shutil.copytree(ROOT / name, path / name)
        for name in FILES:
            (path / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, path / name)

    def read(self, name):
        return (self.path / name).read_text(encoding="utf-8")

    def replace(self, name, old, new=""):
        text = self.read(name)
        assert old in text
        (self.path / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def forget(self, module, model):
        """Remove a model as if it had never been written."""
        (self.path / f"stripe_django/models/{module}.py").unlink()
        init = "stripe_django/models/__init__.py"
        self.replace(init, f"from .{module} import {model}\n")
        self.replace(init, f'    "{model}",\n')
        self.unlist(model)

    def unlist(self, model):
        """Leave a model, whose fields may be others here, to the rules for all lists."""
        for path in (self.path / "stripe_django/admin/lists").glob("*.py"):
            text = re.sub(rf"^    models\.{model}: .*\n", "", path.read_text(), flags=re.MULTILINE)
            path.write_text(re.sub(rf"\bmodels\.{model}, ", "", text))

    def run(self, *arguments):
        """What ``python -m`` does here with these arguments."""
        names = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(self.path)}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.path,
            env=os.environ | names,
            capture_output=True,
            text=True,
            check=False,
        )
