"""Migrating: from the first schema with data in it, and from nothing."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parents[1]


def test_from_the_first_schema_with_data_in_it():
    name = f"{settings.TEST_DATABASE}_first_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    environment = {**os.environ, "TEST_DATABASE": name}
    command = [sys.executable, "-W", "error", "-m", "tests.first_schema"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
