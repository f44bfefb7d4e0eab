"""`python -m benchmarks [upsert] [backfill] …` measures, each in a process of its own."""

import subprocess
import sys

POSTGRESQL = ("postgres",)
DATABASES = {
    "upsert": ("postgres", "sqlite", "mariadb"),
    "djstripe": POSTGRESQL,
    "webhooks": POSTGRESQL,
    "change_feed": ("postgres", "sqlite", "mariadb"),
    "erasure": ("postgres", "sqlite", "mariadb"),
    "backfill": POSTGRESQL,
    "machines": POSTGRESQL,
    "memory": POSTGRESQL,
    "disk": POSTGRESQL,
    "retention": POSTGRESQL,
    "fleet": POSTGRESQL,
    "admin": POSTGRESQL,
    "analytics": POSTGRESQL,
    "verify": POSTGRESQL,
    "startup": ("sqlite",),
    "queries": POSTGRESQL,
}


def main(chosen):
    if unknown := set(chosen).difference(DATABASES):
        sys.exit(f"There is no benchmark {', '.join(unknown)}, but {', '.join(DATABASES)}.")
    ends = [
        subprocess.run([sys.executable, "-m", "benchmarks.one", name, database], check=False)
        for name in chosen or DATABASES
        for database in DATABASES[name]
    ]
    sys.exit(max(abs(each.returncode) for each in ends))


if __name__ == "__main__":
    main(sys.argv[1:])
