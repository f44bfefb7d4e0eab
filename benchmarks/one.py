"""`python -m benchmarks.one NAME DATABASE`: one benchmark, in a database of its own."""

import os
import platform
import sys
from importlib import import_module, metadata

import django


def main(benchmark, database):
    os.environ["DATABASE"] = database
    os.environ.setdefault("TEST_DATABASE", "bench_stripe_django")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.db import OperationalError, connection

    print(f"\n== {benchmark}, {connection.display_name} ==", flush=True)
    try:
        connection.ensure_connection()
    except OperationalError as error:
        print(f"SKIPPED, it does not answer: {error}")
        return
    print(", ".join(versions(connection)), flush=True)
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        import_module(f"benchmarks.{benchmark}").report()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def versions(connection):
    yield f"Python {platform.python_version()}"
    yield f"Django {django.get_version()}"
    yield f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    module = connection.Database.__name__.partition(".")[0]
    for driver in metadata.packages_distributions().get(module, ()):
        yield f"{driver} {metadata.version(driver)}"
    yield f"{os.cpu_count()} cores"


main(*sys.argv[1:])
