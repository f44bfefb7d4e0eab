"""`python -m tests [pytest options]` runs the suite on each database that answers.

`DATABASE=sqlite|postgres|mariadb` runs it on that one, and fails if it does not answer.
"""

import os
import subprocess
import sys

CONNECT = "from django.db import connection; connection.ensure_connection()"
PARALLEL = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadgroup"]


def run(database, *arguments, **options):
    environment = os.environ | {"DATABASE": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of many processes would compile all
    return subprocess.run([sys.executable, *arguments], env=environment, check=False, **options)


def refusal(database):
    """Why the database cannot be used, in its own words; empty if it can."""
    probe = run(database, "-c", CONNECT, stderr=subprocess.PIPE, text=True)
    lines = [line for line in probe.stderr.splitlines() if line and not line[0].isspace()]
    return lines[-1] if probe.returncode else ""


def outcome(database, options, required):
    print(f"\n== {database} ==", flush=True)
    if reason := refusal(database):
        return f"{'failed' if required else 'SKIPPED'}, it does not answer: {reason}"
    return "failed" if run(database, "-m", "pytest", *PARALLEL, *options).returncode else "passed"


def main(options):
    only = os.environ.get("DATABASE")
    databases = [only] if only else ["sqlite", "postgres", "mariadb"]
    outcomes = {database: outcome(database, options, bool(only)) for database in databases}
    print("\n== databases ==")
    for database, result in outcomes.items():
        print(f"{database:9} {result}")
    return any(result.startswith("failed") for result in outcomes.values())


sys.exit(main(sys.argv[1:]))
