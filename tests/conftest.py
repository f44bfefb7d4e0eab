import os
import shutil
import sys
import time
from collections import defaultdict
from pathlib import Path

import django
import pytest
from django.conf import settings as django_settings
from django.db import connections

import stripe_django
from stripe_django.admin import app_list
from stripe_django.api import request_limit
from stripe_django.api.client import clock_of
from stripe_django.sync import home, open_writes
from stripe_django.sync.events import handlers, retry
from stripe_django.testing import FakeStripe
from stripe_django.testing.fake import routes

from . import posting
from .child import copy_tables

# What is the same on any database, and takes its time.
ON_ONE_DATABASE = {
    *("test_conf", "admin/test_all_models", "api/test_client"),
    *("api/test_rate_limiter", "api/test_time_limit", "management/test_stripe_webhook"),
    *("models/test_models", "models/test_read_only", "sync/backfill/test_partitions"),
    *("sync/test_async", "sync/mapping/test_json_text", "sync/mapping/test_redaction"),
    "testing/test_fake",
    *("testing/test_business", "testing/test_business_life", "testing/test_checkout_requests"),
    *("testing/test_fake_payments", "testing/test_hosted_pages"),
}
# What runs the same lines a thousand times: measuring coverage would make these half as slow again.
NOT_MEASURED = {
    *("convergence/test_histories", "models/test_models", "models/test_mrr"),
    *("sync/backfill/test_every_object", "sync/events/test_corpus", "sync/mapping/test_corpus"),
    *("testing/test_factories", "testing/test_fake", "testing/test_payloads"),
}
HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    is_measured = config.getoption("cov_source", default=None)
    for item in items:
        module = item.path.relative_to(HERE.parent).with_suffix("").as_posix()
        module = module.removeprefix(f"{HERE.name}/")
        if django_settings.DATABASE != "sqlite" and module in ON_ONE_DATABASE:
            item.add_marker(pytest.mark.skip(reason="same on any database"))
        if is_measured and module in NOT_MEASURED:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture
def admin_user(django_user_model):
    """Without a password, which takes long to hash."""
    return django_user_model.objects.create_user("admin", is_staff=True, is_superuser=True)


@pytest.fixture(autouse=True)
def settings_are_left_as_they_were():
    """Overrides that are not undone in their reverse order would stay for the tests that follow."""
    before, own = django_settings.STRIPE_DJANGO, dict(django_settings.STRIPE_DJANGO)
    yield
    assert django_settings.STRIPE_DJANGO is before
    before.clear()
    before.update(own)  # a test may have changed the dictionary itself


@pytest.fixture(autouse=True)
def stripe_has_responded():
    """No failure of another test keeps requests from reading."""
    request_limit.reset()


@pytest.fixture(autouse=True)
def nobody_was_erased():
    """What another test has erased was rolled back with it, and is not remembered."""
    for tables, mine in home._remembered.items():
        home._remembered[tables] = mine._replace(erasure_keys="")


@pytest.fixture(autouse=True)
def nothing_was_rolled_back():
    """What another test has rolled back is not read in this one."""
    open_writes._notes().clear()


@pytest.fixture(autouse=True)
def nothing_is_filled(monkeypatch):
    """The admin of this test does not know the tables that had rows in another one."""
    monkeypatch.setattr(app_list.filled, "models", defaultdict(set))


@pytest.fixture(scope="session")
def tables(tmp_path_factory, django_db_setup, django_db_blocker):
    """An SQLite file with the tables of the tests, which migrating takes seconds to make."""
    if django_settings.DATABASE != "sqlite":
        pytest.skip("the command brings a database of its own")
    file = tmp_path_factory.mktemp("tables") / "stripe.sqlite3"
    with django_db_blocker.unblock():
        copy_tables(file)
    return file


@pytest.fixture
def migrated(tables, db, tmp_path):
    """The folder of the test, with the database that a command makes there."""
    shutil.copy(tables, tmp_path)
    return tmp_path


def pytest_report_header():
    where = Path(stripe_django.__file__).parent
    return f"Django {django.get_version()} on {django_settings.DATABASE}, {where}"


def pytest_configure():
    if "TOX_ENV_DIR" in os.environ and not Path(stripe_django.__file__).is_relative_to(sys.prefix):
        raise pytest.UsageError("tox tests the installed wheel, but Python found the checkout")


@pytest.fixture
def fake_stripe(settings, monkeypatch):
    """A fake Stripe over HTTP, which the settings name.

    Its key may not read its own account, so the requests are those of the test.
    """
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    clock_of.cache_clear()  # a port may have been another fake's, with another clock
    fake = FakeStripe()
    with fake.serving() as url:
        settings.STRIPE_DJANGO = {"API_KEY": fake.key, "API_BASE": url}
        monkeypatch.setattr(home, "_unreadable", {("default", fake.key)})
        clock_of(url).machine = lambda: fake.now.timestamp()
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


@pytest.fixture
def both_modes(settings):
    """Objects of both modes are written."""
    settings.STRIPE_DJANGO = {**getattr(settings, "STRIPE_DJANGO", {}), "OTHER_MODE": "keep"}


@pytest.fixture
def no_handlers(monkeypatch):
    """No handler but those of the test."""
    monkeypatch.setattr(handlers, "_handlers", {})


@pytest.fixture
def endpoint(settings, monkeypatch, no_handlers):
    """An endpoint that knows the secrets, no API key, and no handler."""
    settings.STRIPE_DJANGO = {
        "API_KEY": "",
        "WEBHOOK_SECRETS": [posting.SECRET, posting.OLD_SECRET],
    }
    monkeypatch.setattr(retry, "_looked_at", {"default": time.monotonic()})


class Watching(FakeStripe):
    """A fake that notes how many transactions each request was sent within."""

    def __init__(self):
        super().__init__()
        self.webhook_secret = posting.SECRET
        self.depths = set()
        self.meanwhile = []  # what happens during requests, once each

    def _send(self, *request):
        self.depths.add(len(connections["default"].atomic_blocks))
        reply = super()._send(*request)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return reply


@pytest.fixture
def running(endpoint, settings):
    """A Stripe in this process, with the time of this machine.

    Nothing is sent to it inside a transaction.
    """
    outside = len(connections["default"].atomic_blocks)
    routes.match("GET", "/v1/customers")  # slow at first, and the time of a read counts
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    with Watching().installed() as fake:
        yield fake
    assert fake.depths <= {0, outside}


@pytest.fixture
def fake(running):
    """The same, 100 seconds after the start of events; its time stands still."""
    running.now = posting.START + 100
    return running
