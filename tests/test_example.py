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


@pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="it has a database of its own")
def test_its_own_tests_pass(tmp_path):
    """The documentation shows them, and the views that they are of."""
    command = [sys.executable, "-W", "error", "-m", "pytest", ROOT / "example", "-c", "/dev/null"]
    options = ["--rootdir", ROOT, "--ds", "example.settings", "-p", "no:cacheprovider", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EXAMPLE_DATABASE": ":memory:"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [*command, *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^7 passed", done.stdout, re.MULTILINE)


@pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="it has a database of its own")
def test_its_migrations_are_complete(tmp_path):
    command = [
        sys.executable,
        ROOT / "example" / "manage.py",
        "makemigrations",
        "--check",
        "example",
    ]
    environment = {**os.environ, "EXAMPLE_DATABASE": str(tmp_path / "db")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="it has a database of its own")
def test_it_passes_the_checks(tmp_path):
    command = [sys.executable, ROOT / "example" / "manage.py", "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
