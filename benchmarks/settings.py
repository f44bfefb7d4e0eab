"""The tests' settings, and beside the endpoint a view that does the least it could."""

import tempfile
from pathlib import Path

from tests.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver"]  # the name that Django's test client asks for
INSTALLED_APPS += ["benchmarks"]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
STRIPE_DJANGO |= {"API_BASE": "http://127.0.0.1:9"}  # noqa: F405  # where nothing answers

if DATABASE == "sqlite":  # noqa: F405
    # Files, as projects have them; a database in memory would be stayed with.
    FOLDER = tempfile.TemporaryDirectory()
    FILES = [str(Path(FOLDER.name) / name) for name in ("none.sqlite3", "bench.sqlite3")]
    DATABASES["default"] |= {"NAME": FILES[0], "TEST": {"NAME": FILES[1]}}  # noqa: F405
