"""``python -m tests.child MODULE DATABASE …``: call ``main`` of a module of these tests.

In a process of its own, on the database of a test or, of SQLite, a copy of it.
"""

import os
import subprocess
import sys
from importlib import import_module

import django
from django.conf import settings
from django.db import connection


def run(module, folder, *arguments):
    """The lines that it prints."""
    database = settings.DATABASES["default"]["NAME"]
    if settings.DATABASE == "sqlite":
        database = folder / "copy.sqlite3"
        copy_tables(database)
    done = subprocess.run(
        [sys.executable, "-m", "tests.child", module, str(database), *map(str, arguments)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def copy_tables(file):
    """Write all that the database of the tests has, in memory, to an SQLite file."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])


def main(module, database, *arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    default = settings.DATABASES["default"]
    default["NAME"] = database
    if settings.DATABASE == "sqlite":  # what is written survives the process, if not the machine
        default["OPTIONS"] = {"init_command": "PRAGMA synchronous = OFF"}
    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    import_module(module).main(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
