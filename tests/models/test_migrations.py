"""Migrating: from the first schema with data in it, and from nothing."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2]


def test_from_the_first_schema_with_data_in_it():
    name = f"{settings.TEST_DATABASE}_first_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    environment = {**os.environ, "TEST_DATABASE": name}
    command = [sys.executable, "-W", "error", "-m", "tests.first_schema"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_squashed_migration_leads_to_the_same_tables():
    squashed, replaced = (
        MigrationLoader(None, replace_migrations=replace) for replace in (True, False)
    )
    (name,) = (key for key in squashed.replacements if key[0] == "stripe_django")
    last = squashed.replacements[name].replaces[-1]
    before, after = (
        loader.project_state(node) for loader, node in ((replaced, last), (squashed, name))
    )
    detector = MigrationAutodetector(before, after)
    assert detector.changes(graph=replaced.graph) == {}
    assert before.models.keys() == after.models.keys()
