"""The admin in Debian's Chromium, under a strict Content-Security-Policy.

Any error in the console, which a violation of the policy is too, fails the test.
"""

import shutil

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WIDE = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items):
    here = [item for item in items if item.path.parent.name == "browser"]
    for item in here:
        item.add_marker(pytest.mark.xdist_group("browser"))
        if django_settings.DATABASE != "sqlite":
            item.add_marker(pytest.mark.skip(reason="same on any database"))
        elif CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="there is no chromium on this machine"))


@pytest.fixture(scope="package")
def browser():
    # Playwright's event loop runs in this thread, where Django would refuse to query.
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Waiting(ThreadedWSGIServer):
    """Ends when its threads have, which still need this test's connection."""

    daemon_threads = False


class Thread(LiveServerThread):
    server_class = Waiting


@pytest.fixture
def server(db, settings):
    """The address of a server that shares this test's connection, and so sees its rows."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.browser.policy.middleware"]
    settings.ALLOWED_HOSTS = ["localhost"]
    connection = connections["default"]
    connection.inc_thread_sharing()
    thread = Thread("localhost", StaticFilesHandler, connections_override={"default": connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        if thread.error:
            raise thread.error
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()
        connection.dec_thread_sharing()


@pytest.fixture
def user(django_user_model):
    """Without a password, which takes long to hash."""
    return django_user_model.objects.create_user("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def errors():
    """What the browser's console tells as errors."""
    return []


@pytest.fixture
def open_page(browser, server, client, user, errors):
    """Opens a page for the user who is logged in: ``open_page("/admin/", color_scheme="dark")``.

    Other options are those of a browser's context in Playwright.
    """
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}
    contexts = []

    def note(said):
        if said.type == "error":
            errors.append(f"{said.text} {said.location['url']}")

    def open_one(address, **options):
        context = browser.new_context(**{"viewport": WIDE, "base_url": server} | options)
        contexts.append(context)
        context.add_cookies([cookie])
        # The browser asks for it by itself; no project of the tests has one.
        context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []
