"""``python -m tests.child MODULE DATABASE …``: call ``main`` of a module of these tests.

In a process of its own, on a database that another one has made.
"""

import sys
from importlib import import_module

import django
from django.conf import settings


def main(module, database, *arguments):
    default = settings.DATABASES["default"]
    default["NAME"] = database
    if settings.DATABASE == "sqlite":  # what is written survives the process, if not the machine
        default["OPTIONS"] = {"init_command": "PRAGMA synchronous = OFF"}
    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    import_module(module).main(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
