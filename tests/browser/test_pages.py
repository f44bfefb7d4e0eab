"""The main lists and pages as people use them: accessible, and without anything cut off.

With ``SCREENSHOTS=1``, pictures of all of them are written into ``docs/images/admin``.
"""

import os
import re
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from stripe_django import models

from .business import MAIN, best, filled
from .test_screenshots import shot

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

WIDTHS = (1280, 768, 390)
# WCAG 2.2 at level AA, and what axe-core advises beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
SCHEMES = {"light": RULES, "dark": OF_COLOURS}  # which differ in their colours alone
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "for (const each of document.querySelectorAll('details')) each.open = true"
# Links change their colour slowly, so that the contrast on the way is neither's.
SETTLED = "Promise.all(document.getAnimations().map((each) => each.finished))"


@pytest.fixture
def stripe(db):
    """The business is in the tables, and its Stripe answers."""
    fake = filled()
    for number, status in enumerate(("applied", "applied", "failed", "dead", "received")):
        models.InboxEvent.objects.create(
            event_id=f"evt_{number:024}",
            type="charge.succeeded",
            status=status,
            reason="The database is read-only." if status in ("failed", "dead") else "",
            sent_at=timezone.now(),
        )
    with fake.installed():
        yield fake


def changelist(model):
    return reverse(f"admin:stripe_django_{model._meta.model_name}_changelist")


def change(made):
    return reverse(f"admin:stripe_django_{made._meta.model_name}_change", args=[made.pk])


def addresses():
    """The index, the overview, and each main list and page, by name."""
    yield "index", reverse("admin:index")
    yield "app", reverse("admin:app_list", args=["stripe_django"])
    yield "overview", changelist(models.Statistics)
    for model in MAIN:
        yield f"{model._meta.model_name}-list", changelist(model)
        yield f"{model._meta.model_name}-page", change(best(model))
    customer, event = best(models.Customer), models.Event.objects.filter(type="charge.failed")
    for model in (models.InboxEvent, models.SyncRun):
        yield f"{model._meta.model_name}-list", changelist(model)
    found = urlencode({"q": customer.name.split()[0].upper()})
    yield "search", f"{reverse('admin:stripe_django_search')}?{found}"
    yield "timeline", reverse("admin:stripe_django_customer_timeline", args=[customer.pk])
    [failed] = event[:1]
    charge = models.Charge.objects.get(stripe_id=failed.object_id)
    then = reverse("admin:stripe_django_charge_as_of", args=[charge.pk, quote(failed.stripe_id)])
    yield "as-of", then


def violations(page, rules):
    page.evaluate(SETTLED)
    options = {"runOnly": rules, "preload": False, "resultTypes": ["violations"]}
    found = axe.Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def test_the_lists_and_pages_are_accessible_and_fit(stripe, open_page, monkeypatch):
    monkeypatch.setattr(admin.ModelAdmin, "list_per_page", 10)  # more lines are no other ones
    page = open_page(reverse("admin:index"), bypass_csp=True)  # axe-core tries inline styles
    problems = []
    for name, address in addresses():
        page.goto(address)
        page.evaluate(UNFOLD)
        for width in reversed(WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(OVERFLOW) > 0:
                problems.append(f"{name}: wider than {width} px")
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            problems += [f"{name}, {scheme}: {found}" for found in violations(page, rules)]
    assert not problems, "\n".join(problems)


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="set SCREENSHOTS=1 to take them")
def test_screenshots(stripe, open_page, monkeypatch):
    monkeypatch.setattr(admin.ModelAdmin, "list_per_page", 12)
    page = open_page(reverse("admin:index"))
    for name, address in addresses():
        if name == "overview":  # which has a longer history in its own tests
            continue
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(SETTLED)
                shot(page, f"{name}-{width}-{scheme}")


def test_support_goes_from_a_charge_to_its_invoice_and_back(stripe, open_page):
    payment = models.InvoicePayment.objects.filter(status="paid", invoice__isnull=False).first()
    charge = payment.payment_intent.latest_charge
    page = open_page(change(charge))
    summary = page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text(charge.amount_money)
    summary.get_by_role("link", name=str(payment.invoice), exact=True).click()
    expect(page).to_have_url(re.compile("/invoice/"))
    expect(summary).to_contain_text(payment.invoice.total_money)
    payments = page.locator(".stripe-panel", has=page.get_by_role("heading", name="Payments"))
    payments.get_by_role("link", name=charge.amount_money, exact=True).first.click()
    expect(page).to_have_url(re.compile(rf"/charge/{charge.pk}/change/$"))


def test_support_sees_the_deadline_of_a_dispute(stripe, open_page, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    dispute = best(models.Dispute)
    page = open_page(change(dispute))
    due = page.locator("dt:has-text('Evidence due') + dd time")
    expect(due).to_have_attribute("title", f"{dispute.due_by:%Y-%m-%d %H:%M:%S} UTC")
    page.get_by_role("heading", name="Nested values").click()
    details = page.locator(".field-evidence_details li", has_text="due_by").locator("time")
    expect(details).to_have_text(due.inner_text())


def test_finance_reconciles_a_payout(stripe, open_page):
    payout = models.Payout.objects.filter(status="paid", automatic=True).first()
    page = open_page(change(payout))
    made_of = page.get_by_role("heading", name="Balance transactions")
    expect(made_of).to_have_count(0)
    page.get_by_role("button", name="Reconcile with Stripe").click()
    expect(page.get_by_text("1 payout is the sum of its transactions.")).to_be_visible()
    expect(made_of).to_be_visible()
    net = sum(row.net for row in payout.balance_transactions.exclude(type="payout"))
    assert net == payout.amount


def test_a_tooltip_is_there_on_focus_and_gone_on_escape(stripe, open_page):
    page = open_page(change(best(models.Charge)))
    page.get_by_role("heading", name="Details").click()
    button = page.get_by_role("button", name="About paid", exact=True)
    tooltip = page.locator("#stripe-help-paid")
    expect(tooltip).to_be_hidden()
    button.focus()
    expect(tooltip).to_be_visible()
    text = "True once the charge succeeded or was authorised."
    expect(button).to_have_accessible_description(text)
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()
    button.hover()
    expect(tooltip).to_be_visible()


def test_history_leads_to_the_history(stripe, open_page):
    page = open_page(change(best(models.Charge)))
    page.get_by_role("link", name="History", exact=True).click()
    expect(page).to_have_url(re.compile("#stripe-history$"))
    expect(page.locator("#stripe-history")).to_be_in_viewport()
