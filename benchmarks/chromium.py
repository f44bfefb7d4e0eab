"""Pages in headless Chromium, from a server in a thread of this process."""

import shutil
from contextlib import contextmanager
from time import perf_counter

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from stripe_django.admin.app_list import filled

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
QUERIES, DATABASE = "x-queries", "x-database-ms"
TIMES = """() => {
    const [page] = performance.getEntriesByType("navigation")
    return [page.responseEnd - page.requestStart, page.loadEventEnd - page.requestStart]
}"""


def middleware(get_response):
    """Counts and times the queries of a page, with nothing known from the pages before it."""

    def respond(request):
        sent = []

        def counting(execute, sql, *args):
            start = perf_counter()
            try:
                return execute(sql, *args)
            finally:
                sent.append(perf_counter() - start)

        filled.models.clear()
        with connection.execute_wrapper(counting):
            response = get_response(request)
        response.headers[QUERIES] = str(len(sent))
        response.headers[DATABASE] = str(sum(sent) * 1000)
        return response

    return respond


@contextmanager
def opened(user):
    """A function that opens an address: the milliseconds until the response is there and until
    the page is loaded, the queries, and their milliseconds.
    """
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=address)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()

        def visit(path):
            response = page.goto(path)
            assert response.status == 200, (path, response.status)
            queries, spent = response.headers[QUERIES], response.headers[DATABASE]
            return (*page.evaluate(TIMES), int(queries), float(spent))

        yield visit
        browser.close()


@contextmanager
def server():
    ours = ["benchmarks.chromium.middleware", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=ours, ALLOWED_HOSTS=["localhost"]):
        thread = LiveServerThread("localhost", StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        try:
            yield f"http://localhost:{thread.port}"
        finally:
            thread.terminate()
