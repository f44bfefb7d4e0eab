"""Tables that are not there, or not as this version wants them: one sentence, and no traceback."""

import logging
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests import posting, said

HINT = "The tables of stripe_django are missing or out of date: run the command migrate."

COMMANDS = [
    ("stripe_sync",),
    ("stripe_sync", "--ambiguous"),
    ("stripe_events", "poll"),
    ("stripe_events", "list"),
    ("stripe_statistics",),
]


@pytest.fixture
def behind(db):
    """A database that the last migration of this app was not applied to."""
    MigrationRecorder(connection).migration_qs.filter(app="stripe_django").delete()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(command, behind, fake_stripe):
    found = type("Said", (said.Said,), {"command": command})()
    assert (str(found.error), found.error.returncode) == (HINT, 1)
    assert (found.out, found.err, fake_stripe.requests) == ("", "", [])


def test_what_needs_no_table_works(behind):
    found = type("Said", (said.Said,), {"command": ("stripe_audit",)})()
    assert found.error is None


@pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it has a database of its own")
def test_a_project_that_never_migrated(tmp_path):
    (tmp_path / "project.py").write_text(
        "SECRET_KEY = 'x'\n"
        "INSTALLED_APPS = ['django.contrib.contenttypes', 'stripe_django']\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}\n"
        "STRIPE_DJANGO = {'API_KEY': 'sk_test_not_a_real_key'}\n"
    )
    command = [sys.executable, "-m", "django", "stripe_sync", "--settings", "project"]
    options = {"cwd": tmp_path, "capture_output": True, "text": True, "check": False}
    done = subprocess.run([*command, "--pythonpath", "."], **options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"CommandError: {HINT}"
    assert "Traceback" not in done.stderr


@pytest.fixture
def lacking(db):
    """A table that is not there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stripe_django_inboxevent RENAME TO elsewhere")


@pytest.mark.skipif(settings.DATABASE == "mariadb", reason="DDL there ends the transaction")
def test_the_webhook(lacking, behind, endpoint, caplog):
    assert posting.post(posting.event()).status_code == 503
    [record] = [each for each in caplog.records if each.name == "stripe_django.webhooks"]
    assert record.getMessage() == f"An event could not be stored. {HINT}"
    assert record.exc_info is None


@pytest.mark.skipif(settings.DATABASE == "mariadb", reason="DDL there ends the transaction")
def test_another_error_of_the_webhook_keeps_its_traceback(lacking, endpoint, caplog):
    assert posting.post(posting.event()).status_code == 503
    [record] = [each for each in caplog.records if each.name == "stripe_django.webhooks"]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
