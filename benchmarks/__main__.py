"""`python -m benchmarks [upsert] [backfill] …` measures on PostgreSQL, in a database of its own."""

import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version

import django

NAMES = ("upsert", "webhooks", "backfill", "memory")

os.environ["DATABASE"] = "postgres"
os.environ.setdefault("TEST_DATABASE", "bench_stripe_django")
os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"


def main(chosen):
    if unknown := set(chosen).difference(NAMES):
        sys.exit(f"There is no benchmark {', '.join(unknown)}, but {', '.join(NAMES)}.")
    django.setup()
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        sys.exit(f"The benchmarks need PostgreSQL, which does not answer: {error}")
    print(f"Python {platform.python_version()}, Django {django.get_version()},")
    print(f"PostgreSQL {'{}.{}'.format(*divmod(connection.pg_version, 10_000))},", end=" ")
    print(f"psycopg {version('psycopg')}, {os.cpu_count()} cores")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        for each in chosen or NAMES:
            print(f"\n== {each} ==")
            import_module(f"benchmarks.{each}").report()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


main(sys.argv[1:])
