"""The shop of the example project, from a plan to access and its end, in a browser.

The project and the fake Stripe are servers of their own; webhooks are signed, and go over HTTP.
"""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from stripe_django.testing import Business, FakeStripe

from ..serving import bare

ROOT = Path(__file__).parents[2]
MANAGE = [sys.executable, str(ROOT / "example" / "manage.py")]
GOOD, DECLINED = "4242424242424242", "4000000000000002"


@pytest.fixture(scope="module")
def fake():
    return FakeStripe()


@pytest.fixture(scope="module")
def business(fake):
    """One plan, and the time of this machine."""
    shop = Business(fake, start=None, empty=True)
    product = fake.create("product", name="Team", active=True)
    terms = {"unit_amount": 2_900, "currency": "eur", "recurring": {"interval": "month"}}
    fake.create("price", product=product["id"], **terms)
    return shop


@pytest.fixture(scope="module")
def project(fake, business, tables, tmp_path_factory):
    """The address of the example project, whose mirror has the plan."""
    folder = tmp_path_factory.mktemp("shop")
    database = folder / "shop.sqlite3"
    shutil.copy(tables, database)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with fake.serving() as stripe:
        environment = bare(
            {
                "EXAMPLE_DATABASE": str(database),
                "STRIPE_API_BASE": stripe,
                "STRIPE_SECRET_KEY": fake.key,
                "STRIPE_WEBHOOK_SECRET": fake.webhook_secret,
            }
        )
        for command in (["migrate"], ["stripe_sync", "product", "price"]):
            run(*command, "--verbosity", "0", environment=environment)
        server = [*MANAGE, "runserver", "--noreload", address]
        with (folder / "log").open("w+") as log:
            options = {"env": environment, "stdout": log, "stderr": log, "cwd": folder}
            with subprocess.Popen(server, **options) as process:
                try:
                    until_open(f"http://{address}/plans/", process, log)
                    yield f"http://{address}"
                finally:
                    process.terminate()


def run(*arguments, environment):
    done = subprocess.run(
        [*MANAGE, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def until_open(url, process, log):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            return direct.open(url, timeout=20).read()
        except OSError:
            assert process.poll() is None, Path(log.name).read_text()
            time.sleep(0.1)
    raise TimeoutError(Path(log.name).read_text())


@pytest.fixture(scope="module")
def webhooks(fake, project):
    url = f"{project}/stripe/webhook/"
    fake.create("webhook_endpoint", url=url, enabled_events=["*"], secret=fake.webhook_secret)
    with fake.delivering() as queue:
        yield queue


@pytest.fixture
def page(browser, project, errors):
    context = browser.new_context(base_url=project)
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    found = context.new_page()
    found.set_default_timeout(20_000)
    found.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield found
    context.close()
    assert errors == []


def sign_up(page, name):
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password:", exact=True).fill("a long and good one")
    page.get_by_label("Password confirmation").fill("a long and good one")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()


def check_out(page):
    page.get_by_role("link", name="Plans").click()
    page.get_by_role("button", name="Subscribe to Team").click()
    expect(page.get_by_role("heading", name="Checkout")).to_be_visible()


def pay(page, number, email=""):
    if email:
        page.get_by_label("Email").fill(email)
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Subscribe").click()


def subscription_of(fake, email):
    [customer] = fake.find("customer", email=email)
    [found] = fake.find("subscription", customer=customer["id"])
    return found


def test_from_a_plan_to_access_and_its_end(page, fake, business, webhooks):
    sign_up(page, "ann")
    expect(page.get_by_role("listitem").filter(has_text="Team:")).to_contain_text(
        "€29.00 per month"
    )
    page.get_by_role("link", name="Members").click()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()  # no access yet

    check_out(page)
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()

    check_out(page)
    expect(page.get_by_role("row").filter(has_text="Team")).to_contain_text("€29.00 per month")
    pay(page, DECLINED, "ann@example.com")
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    expect(page.get_by_label("Email")).to_have_count(0)
    pay(page, GOOD)
    expect(page.get_by_role("heading", name="For members only")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_text("Active")
    webhooks.wait()

    page.get_by_role("button", name="Manage billing").click()
    page.get_by_role("button", name="Cancel subscription").click()
    expect(page.get_by_text("ends on")).to_be_visible()
    page.get_by_role("link", name="Return").click()
    subscription = subscription_of(fake, "ann@example.com")
    webhooks.wait()
    page.reload()
    end = time.strftime("%Y-%m-%d", time.gmtime(subscription["cancel_at"]))
    expect(page.get_by_role("listitem")).to_have_text(f"Active, until {end}")

    business.cancel(subscription)  # as at the end of the period
    webhooks.wait()
    page.reload()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()
    assert not webhooks.failed


def test_access_does_not_wait_for_the_webhooks(page, fake, webhooks):
    """The page that Checkout leads to reads the session and its subscription."""
    sign_up(page, "bob")
    check_out(page)
    with webhooks.burst():
        pay(page, GOOD, "bob@example.com")
        expect(page.get_by_role("heading", name="For members only")).to_be_visible()
    webhooks.wait()
    page.reload()
    expect(page.get_by_role("listitem")).to_have_text("Active")


def test_a_payment_that_is_on_its_way(page, fake, webhooks):
    sign_up(page, "eve")
    check_out(page)
    fake.before_answers(delayed := Delayed(fake, "eve@example.com"))
    pay(page, GOOD, "eve@example.com")
    expect(page.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    delayed.arrive()
    expect(page.get_by_role("heading", name="For members only")).to_be_visible()


class Delayed:
    """The subscription is incomplete until the payment has arrived, as with a bank transfer."""

    def __init__(self, fake, email):
        self.fake, self.email = fake, email
        self.has_arrived = False

    def __call__(self, request):
        if request.path.startswith("/v1/checkout/sessions/") and not self.has_arrived:
            self._set("incomplete")

    def arrive(self):
        self.has_arrived = True
        self._set("active")

    def _set(self, status):
        subscription = subscription_of(self.fake, self.email)
        if subscription["status"] != status:
            self.fake.update(subscription["id"], status=status)


def test_the_session_of_another_customer_shows_nothing(page, fake, webhooks):
    sign_up(page, "mia")
    other = fake.create("checkout.session", customer="cus_other")
    for session in (other["id"], "cs_test_none", ""):
        found = page.request.get(f"/welcome/?session_id={session}")
        assert found.status == 404


def test_the_command_serves_a_fake_with_plans(tmp_path):
    command = [*MANAGE, "fake_stripe", "--port", "0"]
    options = {"env": bare({}), "stdout": subprocess.PIPE, "text": True, "cwd": tmp_path}
    with subprocess.Popen(command, **options) as process:
        try:
            said = ""
            while "sign up" not in said and (line := process.stdout.readline()):
                said += line
            [address] = set(re.findall(r"http://127\.0\.0\.1:\d+(?=,| STRIPE)", said))
            [key] = re.findall(r"STRIPE_SECRET_KEY=(\S+)", said)
            ask = urllib.request.Request(f"{address}/v1/prices?limit=100")
            ask.add_header("Authorization", f"Bearer {key}")
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            assert b"team-monthly-eur" in direct.open(ask).read()
        finally:
            process.terminate()
