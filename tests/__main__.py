"""`python -m tests [pytest options]` runs the suite on SQLite, and on each other database that
answers the part in which databases differ most.

`DATABASE=sqlite|postgres|mariadb` runs all of it on that one, and fails if it does not answer.
`COVERAGE=sqlite,postgres` measures the coverage on these, and fails if all of them together stay
below the floor in pyproject.toml.
"""

import os
import subprocess
import sys

CONNECT = "from django.db import connection; connection.ensure_connection()"
PARALLEL = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadgroup"]
# All of it on three databases takes too long for one machine; Travis has a job for each.
WHERE_DATABASES_DIFFER = [
    *("tests/models/test_mrr.py", "tests/statistics", "tests/sync/writer"),
    *("tests/sync/events/test_races.py", "tests/sync/repair", "tests/sync/mapping/test_digest.py"),
    *("tests/sync/erasure/test_writers.py", "tests/sync/test_lock_timeout.py"),
    "tests/analytics/test_business.py",
]
# The floor is for the databases together.
MEASURE = ["--cov", "--cov-report=", "--cov-fail-under=0"]


def run(database, *arguments, **options):
    environment = os.environ | {"DATABASE": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["COVERAGE_FILE"] = coverage_file(database)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of many processes would compile all
    return subprocess.run([sys.executable, *arguments], env=environment, check=False, **options)


def coverage_file(database):
    return f".coverage.{database}"


def refusal(database):
    """Why the database cannot be used, in its own words; empty if it can."""
    probe = run(database, "-c", CONNECT, stderr=subprocess.PIPE, text=True)
    lines = [line for line in probe.stderr.splitlines() if line and not line[0].isspace()]
    return lines[-1] if probe.returncode else ""


def outcome(database, options, required):
    print(f"\n== {database} ==", flush=True)
    if reason := refusal(database):
        return f"{'failed' if required else 'SKIPPED'}, it does not answer: {reason}"
    part = [] if required or options or database == "sqlite" else WHERE_DATABASES_DIFFER
    failed = run(database, "-m", "pytest", *PARALLEL, *options, *part).returncode
    return f"{'failed' if failed else 'passed'}{', in part' if part else ''}"


def coverage(databases):
    """Combine what was measured, print what is not covered, and compare it with the floor."""
    print(f"\n== coverage on {', '.join(databases)} ==", flush=True)
    command = [sys.executable, "-m", "coverage"]
    files = [coverage_file(database) for database in databases]
    subprocess.run([*command, "combine", "--quiet", *files], check=True)
    report = subprocess.run([*command, "report"], check=False)
    return f"{'failed' if report.returncode else 'passed'} on {', '.join(databases)}"


def main(options):
    only = os.environ.get("DATABASE")
    wanted = os.environ.get("COVERAGE", "").replace(",", " ").split()
    outcomes = {}
    for database in [only] if only else ["sqlite", "postgres", "mariadb"]:
        measure = MEASURE if database in wanted else []
        outcomes[database] = outcome(database, [*measure, *options], bool(only))
    if wanted:
        measured = [name for name in wanted if "answer" not in outcomes.get(name, "answer")]
        outcomes["coverage"] = coverage(measured) if measured else "failed, nothing was measured"
    print("\n== databases ==")
    for database, result in outcomes.items():
        print(f"{database:9} {result}")
    return any(result.startswith("failed") for result in outcomes.values())


sys.exit(main(sys.argv[1:]))
