"""The overview under a strict policy; its picture is for a person to look at."""

from datetime import UTC, date, timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from stripe_django.models import EventHour, RevenueMonth, VolumeDay
from tests.admin.test_overview import filled  # noqa: F401
from tests.admin.test_runs import part, run

from .test_screenshots import looks, shot


@pytest.fixture
def business(filled):  # noqa: F811
    """Some more hours, days and months beside those that the other tests look at."""
    now, random = timezone.now().astimezone(UTC), Random(1)
    hour = now.replace(minute=0, second=0, microsecond=0)
    EventHour.objects.bulk_create(
        EventHour(
            hour=hour - timedelta(hours=ago),
            first_event=1,
            last_event=1,
            applied=2_000 + random.randrange(2_500),
            ignored=random.randrange(400),
            failed=random.choice([0, 0, 0, 150]),
        )
        for ago in range(1, 48)
    )
    VolumeDay.objects.bulk_create(
        VolumeDay(
            day=now.date() - timedelta(days=ago),
            currency=currency,
            charges=1,
            gross=50_000 + random.randrange(90_000),
            refunded=random.randrange(15_000),
        )
        for ago in range(1, 30)
        for currency in ("eur", "usd")
    )
    months = [
        date(now.year - (now.month <= ago), (now.month - ago - 1) % 12 + 1, 1)
        for ago in range(1, 12)
    ]
    RevenueMonth.objects.bulk_create(
        RevenueMonth(
            month=month,
            currency="eur",
            subscriptions=1_000 - 40 * ago,
            mrr=750_000 - 30_000 * ago,
            taken_at=now,
        )
        for ago, month in enumerate(months)
    )
    for ago, status in ((2, "done"), (1, "failed"), (0, "running")):
        made = run(ago, status=status, finished_at=now - timedelta(days=ago) if ago else None)
        part(made, "charge", read=41_200, created=120 * ago, updated=310)
        part(made, "invoice", "waiting" if status == "running" else status, read=9_800)


@pytest.mark.usefixtures("business")
def test_the_overview(open_page):
    page = open_page(reverse("admin:stripe_django_statistics_changelist"))
    for look in looks(page):
        expect(page.get_by_role("heading", name="Events per hour")).to_be_visible()
        expect(page.locator("rect.stripe-applied").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        expect(page.get_by_text("running").first).to_be_visible()
        shot(page, f"mirror-home{look or '-light'}", full_page=True)
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")
