"""The example project."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from stripe_django.models import Customer, Invoice

from .posting import LONG_AGO
from .rows import row

ROOT = Path(__file__).parents[1]
MANAGE = ROOT / "example" / "manage.py"
has_its_own_database = pytest.mark.skipif(
    django_settings.DATABASE != "sqlite", reason="it has a database of its own"
)


@pytest.mark.django_db
def test_its_page_has_the_overdue_invoices(client):
    payer = row(Customer, "cus_1", email="payer@example.com")
    terms = {"customer_id": payer.stripe_id, "amount_due": 900, "amount_remaining": 900}
    row(Invoice, "in_1", number="A-1", status="open", due_date=LONG_AGO, **terms)
    row(Invoice, "in_2", number="A-2", status="paid", due_date=LONG_AGO, **terms)
    apps = [*django_settings.INSTALLED_APPS, "example"]
    with override_settings(INSTALLED_APPS=apps, ROOT_URLCONF="example.urls"):
        page = client.get("/").content.decode()
    assert "A-1: 900 " in page
    assert "payer@example.com" in page
    assert "A-2" not in page


def run(*command, **environment):
    """In a process of its own, with the settings of the example."""
    own = {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", **environment}
    kept = {key: each for key, each in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        env={**kept, "PYTHONPATH": str(ROOT), **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@has_its_own_database
def test_its_own_tests_pass():
    """The documentation shows them, and the views that they are of."""
    options = ["-c", "/dev/null", "--rootdir", ROOT, "-p", "no:cacheprovider", "-q"]
    environment = {"DJANGO_SETTINGS_MODULE": "example.settings", "EXAMPLE_DATABASE": ":memory:"}
    said = run("-m", "pytest", ROOT / "example", *options, **environment)
    assert re.search(r"^7 passed", said, re.MULTILINE)


@has_its_own_database
def test_its_migrations_are_complete(tmp_path):
    command = [MANAGE, "makemigrations", "--check", "example"]
    assert "No changes" in run(*command, EXAMPLE_DATABASE=str(tmp_path / "db.sqlite3"))


@has_its_own_database
def test_it_passes_the_checks(tmp_path):
    assert "no issues" in run(MANAGE, "check", EXAMPLE_DATABASE=str(tmp_path / "db.sqlite3"))
