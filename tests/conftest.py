import django
import pytest
from django.conf import settings as django_settings

from stripe_django.api.client import clock_of

from . import server


def pytest_report_header():
    return f"Django {django.get_version()} on {django_settings.DATABASE}"


@pytest.fixture
def fake_stripe(settings, monkeypatch):
    """A fake Stripe over HTTP, which the settings name."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    clock_of.cache_clear()  # a port may have been another fake's, with another clock
    with server.running() as fake:
        settings.STRIPE_DJANGO = {"API_KEY": server.KEY, "API_BASE": fake.address}
        yield fake


def pytest_terminal_summary(terminalreporter):
    """What tests have counted, wherever they ran: ``record_property("summary", text)``."""
    found = [
        text
        for report in terminalreporter.getreports("passed")
        for name, text in report.user_properties
        if name == "summary"
    ]
    if found:
        terminalreporter.section("counted")
        terminalreporter.write_line("\n".join(sorted(found)))
