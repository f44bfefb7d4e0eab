"""CPU and memory of a start: of a project without this package, with it, with the admin, with plain
models of the same tables, with dj-stripe, and of Django with Stripe's SDK imported.

The cases take turns, each in a process of its own; shown is what each takes more than Django alone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.apps import apps

from . import peers

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("ROUNDS", 9))
PLAIN = "plain_tables"
ADMIN_CASE, SDK_CASE = "admin", "sdk"


def report():
    with TemporaryDirectory() as folder:
        (app := Path(folder) / PLAIN).mkdir()
        (app / "__init__.py").touch()
        (app / "models.py").write_text(plain_models())
        cases = {
            "Django alone": (sys.executable, "django"),
            "Stripe's SDK": (sys.executable, SDK_CASE),
            "this package, with its URLs": (sys.executable, "package"),
            "plain models of the same tables": (sys.executable, f"app:{PLAIN}"),
            "this package, URLs and admin": (sys.executable, ADMIN_CASE),
        }
        try:
            python = peers.python_of("dj-stripe", "dj-stripe")
            cases["dj-stripe, with its URLs"] = (python, "urls:djstripe.urls:djstripe")
        except peers.NotInstalledError as error:
            print(f"dj-stripe cannot be installed here: {error}")
        show(measured(cases, folder))


def measured(cases, folder):
    for each in cases.values():  # so that the compiled modules are written
        run(*each, folder)
    found = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, case in cases.items():
            found[name].append(run(*case, folder))
    return found


def run(python, case, folder):
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
    command = [python, "-m", "tests.start", case]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def show(found):
    alone, *others = ((name, least(starts)) for name, starts in found.items())
    print(f"{'':34}{'CPU':>10}{'memory':>12}{'modules':>10}")
    print(f"{alone[0]:34}{alone[1][0] * 1000:7.0f} ms{alone[1][1]:9.1f} MB")
    for name, (cpu, memory) in others:
        more = (cpu - alone[1][0]) * 1000, memory - alone[1][1]
        print(f"{name:34}{more[0]:+7.0f} ms{more[1]:+9.1f} MB{found[name][0]['own']:10}")


def least(starts):
    """CPU seconds of the quickest start, as other processes only make it slower; median memory."""
    return min(each["cpu"] for each in starts), median(each["memory"] for each in starts)


def plain_models():
    """The source of Django's own models with the same names and columns."""
    lines = ["from django.db import models", ""]
    for model in apps.get_app_config("stripe_django").get_models():
        columns = [plain_field(field) for field in model._meta.local_fields]
        lines += [f"class {model.__name__}(models.Model):", *columns, ""]
    return "\n".join(lines)


def plain_field(field):
    options = {"null": field.null, "blank": field.blank, "primary_key": field.primary_key}
    if field.is_relation:
        target = field.related_model
        own = target._meta.app_label == "stripe_django"
        to = target.__name__ if own else target._meta.label
        options |= {"db_constraint": False, "related_name": "+"}
        return f"    {field.name} = models.ForeignKey({to!r}, models.DO_NOTHING, **{options})"
    for name in ("max_length", "max_digits", "decimal_places"):
        if getattr(field, name, None) is not None:
            options[name] = getattr(field, name)
    return f"    {field.name} = models.{field.get_internal_type()}(**{options})"
