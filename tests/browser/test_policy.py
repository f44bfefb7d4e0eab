"""The pages obey a strict policy, and the tests would notice if they did not."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from stripe_django.models import Charge
from tests.rows import row

from .policy import POLICY

INLINE = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')"


def test_a_violation_of_the_policy_is_noticed(open_page, errors):
    page = open_page("/admin/")
    assert page.request.get("/admin/").headers["content-security-policy"] == POLICY
    with page.expect_console_message():
        page.evaluate(INLINE)
    assert errors
    assert all("Content Security Policy" in error for error in errors)
    errors.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_and_the_page_of_a_charge(open_page, scheme):
    row(Charge, "ch_1")
    page = open_page(reverse("admin:stripe_django_charge_changelist"), color_scheme=scheme)
    page.get_by_role("link", name="€12.34", exact=True).click()
    expect(page.locator(".stripe-panels")).to_be_attached()
