"""The overview and the machinery under a strict policy; the pictures are to be looked at."""

from datetime import UTC, timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from stripe_django.models import EventHour
from tests.admin.test_machinery import filled as machinery  # noqa: F401
from tests.admin.test_overview import filled  # noqa: F401
from tests.admin.test_runs import part, run

from .test_screenshots import shot

OVERVIEW = reverse("admin:stripe_django_statistics_changelist")
MACHINERY = reverse("admin:stripe_django_statistics_machinery")
WIDTHS = {"": 1280, "-tablet": 768, "-narrow": 390}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in WIDTHS]
CUT_OFF = """() => [...document.querySelectorAll(".stripe-tile *, .stripe-x text, .stripe-y text")]
    .filter(it => it.getBoundingClientRect().width > 0)
    .filter(it => it.getBoundingClientRect().left < 0
        || it.getBoundingClientRect().right > window.innerWidth
        || it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0)
    .map(it => it.textContent)"""
OVERLAPS = """() => [...document.querySelectorAll(".stripe-x, .stripe-y")].flatMap(axis => {
    const boxes = [...axis.querySelectorAll("text")].map(it => it.getBoundingClientRect());
    return boxes.flatMap((a, at) => boxes.slice(at + 1).filter(b =>
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
    ).map(() => axis.textContent));
})"""


@pytest.fixture
def runs(machinery):  # noqa: F811
    """Some more hours and runs beside those that the other tests look at."""
    random = Random(1)
    hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
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
    for ago, status in ((2, "done"), (1, "failed"), (0, "running")):
        ended = timezone.now() - timedelta(days=ago) if ago else None
        made = run(ago, status=status, finished_at=ended)
        part(made, "charge", read=41_200, created=120 * ago, updated=310)
        part(made, "invoice", "waiting" if status == "running" else status, read=9_800)


def look_at(page, name):
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": WIDTHS[width], "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(OVERLAPS) == []
        shot(page, f"{name}{'-dark' if scheme == 'dark' else ''}{width}", full_page=True)


@pytest.mark.usefixtures("filled")
def test_the_overview(open_page):
    page = open_page(OVERVIEW)
    expect(page.get_by_role("heading", name="MRR movements, EUR")).to_be_visible()
    look_at(page, "overview")


@pytest.mark.usefixtures("runs")
def test_the_machinery(open_page):
    page = open_page(MACHINERY)
    expect(page.get_by_role("heading", name="Events per hour")).to_be_visible()
    expect(page.get_by_text("running").first).to_be_visible()
    look_at(page, "machinery")
