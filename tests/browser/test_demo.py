"""``stripe_django demo --serve``, by clicks."""

import re
import signal
import subprocess

import pytest
from playwright.sync_api import expect

from ..serving import COMMAND, bare


@pytest.fixture
def demo(tmp_path):
    """The address and the login of the admin, once the demo has come to it."""
    command = [*COMMAND, "demo", "--serve", "--port", "0"]
    options = {"cwd": tmp_path, "env": bare({"TMPDIR": str(tmp_path)}), "text": True}
    pipe, out = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, stdout=pipe, stderr=out, **options) as process:
        try:
            said = ""
            for line in process.stdout:
                said += line
                if login := re.search(r"^User name +(\S+)\nPassword +(\S+)$", said, re.M):
                    break
            else:
                pytest.fail(said)
            [address] = re.findall(r"at +(http://127\.0\.0\.1:\d+)/$", said, re.M)
            yield address, *login.groups()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_admin_has_the_data(browser, demo):
    address, user, password = demo
    context = browser.new_context(base_url=address, timezone_id="Pacific/Kiritimati")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto("/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/stripe_django/statistics/$"))
    expect(page.locator("#stripe-recurring .stripe-figure")).to_have_count(3)
    expect(page.get_by_role("heading", name="MRR movements, EUR")).to_be_visible()
    page.get_by_role("link", name="Machinery").click()
    expect(page.get_by_role("heading", name="Last runs")).to_be_visible()
    page.goto("/admin/stripe_django/customer/")
    first = page.locator("#result_list tbody tr").first
    first.get_by_role("link").first.click()
    expect(page.get_by_role("link", name="Open at Stripe")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("cus_")
    page.goto("/admin/stripe_django/invoice/")
    page.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_role("link", name="Open at Stripe")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("in_")
    context.close()
