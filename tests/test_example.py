"""The example project."""

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
def test_it_passes_the_checks(tmp_path):
    command = [sys.executable, ROOT / "example" / "manage.py", "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
