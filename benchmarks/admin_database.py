"""Databases with the rows for the admin's pages; ``KEEP=1`` leaves them for the next run."""

import hashlib
import os
from contextlib import contextmanager
from inspect import getsource

from django.db import connection

from stripe_django.admin.lists.search_page import SEARCHED
from stripe_django.migrations import __path__ as migrations
from stripe_django.search import documents, indexes

from . import admin_rows

KEEP = bool(os.environ.get("KEEP"))
COMMENT = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"


@contextmanager
def filled(count):
    """Connects to a clone of the benchmark's database, which has ``count`` rows of each kind."""
    suffix = f"admin_{count}"
    connection.creation.clone_test_db(suffix, verbosity=0, keepdb=KEEP)
    its_settings = connection.creation.get_test_db_clone_settings(suffix)
    before = connect(its_settings["NAME"])
    try:
        if content() != kept():
            make(count)
        yield
    finally:
        connect(before)
        if not KEEP:
            connection.creation.destroy_test_db(suffix=suffix, verbosity=0)


def connect(name):
    """Returns the name of the database before."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    return before


def make(count):
    for model in SEARCHED:
        indexes.drop(model, "default")
    admin_rows.fill(admin_rows.sizes(count))
    indexes.install_extension("default")
    for model in SEARCHED:
        indexes.create(model, "default")
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{content()}'")


def kept():
    """The content with which this database was filled, if it was."""
    with connection.cursor() as cursor:
        cursor.execute(COMMENT, [connection.settings_dict["NAME"]])
        return cursor.fetchone()[0]


def content():
    """Changes with the tables, their rows, and what the search's indexes cover."""
    sources = [getsource(admin_rows), getsource(documents)]
    for name in sorted(os.listdir(migrations[0])):
        if name.endswith(".py"):
            with open(os.path.join(migrations[0], name)) as file:
                sources.append(file.read())
    return hashlib.md5("".join(sources).encode(), usedforsecurity=False).hexdigest()
