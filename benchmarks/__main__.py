"""`python -m benchmarks` measures on PostgreSQL, in a database of its own.

`DATABASE=sqlite` or `mariadb` in the environment chooses another one where a benchmark allows it.
"""

import os
import platform
import sys

import django

os.environ.setdefault("DATABASE", "postgres")
os.environ.setdefault("TEST_DATABASE", "bench_stripe_django")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"


def main():
    django.setup()
    from django.db import OperationalError, connection

    from . import upsert

    try:
        connection.ensure_connection()
    except OperationalError as error:
        sys.exit(f"The benchmarks need PostgreSQL, which does not answer: {error}")
    print(f"Python {platform.python_version()}, Django {django.get_version()},")
    print(f"PostgreSQL {connection.pg_version // 10000}, {os.cpu_count()} cores")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        upsert.report()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


main()
