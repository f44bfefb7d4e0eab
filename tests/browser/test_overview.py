"""The overview and the machinery under a strict policy; the pictures are to be looked at."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from stripe_django import statistics
from stripe_django.models import Dispute, EventHour
from stripe_django.testing import Business, FakeStripe
from tests.admin.test_machinery import filled as machinery  # noqa: F401
from tests.admin.test_overview import filled  # noqa: F401
from tests.admin.test_runs import part, run

from .test_screenshots import shot

OVERVIEW = reverse("admin:stripe_django_statistics_changelist")
MACHINERY = reverse("admin:stripe_django_statistics_machinery")
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 768, 390)]
CUT_OFF = """() => [...document.querySelectorAll(".stripe-tile *, .stripe-x text, .stripe-y text")]
    .filter(it => it.getBoundingClientRect().width > 0)
    .filter(it => it.getBoundingClientRect().left < 0
        || it.getBoundingClientRect().right > window.innerWidth
        || it instanceof HTMLElement && it.clientWidth && it.scrollWidth > it.clientWidth + 1)
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
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(OVERLAPS) == []
        shot(page, f"{name}-{width}-{scheme}")


@pytest.mark.usefixtures("runs")
def test_the_machinery(open_page):
    page = open_page(MACHINERY)
    expect(page.get_by_role("heading", name="Events per hour")).to_be_visible()
    expect(page.get_by_text("running").first).to_be_visible()
    look_at(page, "machinery")


@pytest.fixture
def business(db):
    """A year of a business until now, and a charge of today, synced and counted."""
    fake = FakeStripe()
    shop = Business(fake, seed=7, start=datetime.now(UTC) - timedelta(days=365))
    shop.live(months=12, customers=25)
    fake.now = None
    shop.charge(shop.customer(), 4_900)
    with fake.installed():
        call_command("stripe_sync")
    statistics.refresh()
    assert Dispute.objects.exists()


@pytest.mark.usefixtures("business")
def test_the_overview(open_page):
    page = open_page(OVERVIEW)
    expect(page.get_by_role("heading", name="MRR movements, EUR")).to_be_visible()
    look_at(page, "overview")


@pytest.fixture
def movements(page_of_year):
    return page_of_year.locator(".stripe-chart", has=page_of_year.locator(".stripe-waterfall-plot"))


@pytest.fixture
def page_of_year(business, open_page):
    return open_page(f"{OVERVIEW}?range=year")


def cells(chart):
    """The amounts of its table by their labels, in the main unit."""
    found = {}
    for line in chart.locator("tbody tr").all():
        text = line.locator("td").inner_text()
        found[line.locator("th").inner_text()] = Decimal(re.sub(r"[^\d.-]", "", text))
    return found


def test_the_waterfall_of_a_year_adds_up(page_of_year, movements):
    assert movements.count() == 3
    for chart in movements.all():
        found = cells(chart)
        opening, *changes, closing = found.values()
        assert list(found) == [
            *("Opening", "New", "Reactivation", "Expansion", "Contraction", "Churn", "Closing")
        ]
        assert opening + sum(changes) == closing > 0
        assert found["New"] > 0 > found["Churn"]
        # The bars, too: each begins where the one before has ended.
        boxes = [bar.bounding_box() for bar in chart.locator(".stripe-bars > rect").all()]
        level = boxes[0]["y"]
        for box, change in zip(boxes[1:-1], changes, strict=True):
            start, end = (box["y"] + box["height"], box["y"])[:: 1 if change >= 0 else -1]
            assert start == pytest.approx(level, abs=1)
            level = end
        assert boxes[-1]["y"] == pytest.approx(level, abs=1)
    shown = page_of_year.locator("#stripe-recurring .stripe-figure").all_inner_texts()
    closings = [chart.locator("tbody tr td").last.inner_text() for chart in movements.all()]
    assert sorted(shown) == sorted(closings)


def test_every_tile_leads_to_a_list_of_as_many_rows(page_of_year):
    tiles = page_of_year.locator(".stripe-tile")
    known = [(tile.get_attribute("id"), tile.locator("b").inner_text()) for tile in tiles.all()]
    assert len(known) == 7
    assert all(int(count) for _, count in known[:4]), known
    for name, count in known:
        page_of_year.locator(f"#{name}").click()
        found = page_of_year.locator("#result_list tbody tr")
        expect(page_of_year.locator("#changelist")).to_be_visible()
        assert f"{found.count()}" == count
        page_of_year.go_back()


@pytest.mark.usefixtures("filled")
def test_without_javascript_the_tables_are_there(open_page):
    page = open_page(OVERVIEW, java_script_enabled=False)
    for chart in page.locator("figure.stripe-chart").all():
        if folded := chart.locator("details:not([open]) summary").all():
            folded[0].click()
        expect(chart.locator("table")).to_be_visible()
    expect(page.locator("#stripe-open")).to_contain_text("€1,200.00")
    mrr = page.locator("figure", has=page.get_by_role("heading", name="MRR, EUR", exact=True))
    expect(mrr.locator("tbody tr")).to_have_count(12)
    expect(mrr.locator("tbody tr").first).to_contain_text("€16,534.32")


@pytest.mark.usefixtures("filled")
def test_a_range_is_chosen(open_page):
    page = open_page(OVERVIEW)
    for name, bars in (("30 days", 30), ("Quarter", 13), ("Year", 12)):
        page.get_by_role("link", name=name, exact=True).click()
        chosen = page.locator(".stripe-ranges [aria-current]")
        expect(chosen).to_have_text(name)
        revenue = page.locator("figure", has=page.locator("#stripe-revenue-eur"))
        expect(revenue.locator(".stripe-slot")).to_have_count(bars)


@pytest.mark.usefixtures("filled")
def test_values_are_shown_on_hover_and_on_focus_by_the_keyboard(open_page):
    page = open_page(OVERVIEW)
    slots = page.locator("figure", has=page.locator("#stripe-mrr-eur")).locator(".stripe-slot")
    last, before = slots.last.locator("text"), slots.nth(-2).locator("text")
    for each in (last, before):
        expect(each).to_have_css("visibility", "hidden")
    page.locator("figure", has=page.locator("#stripe-waterfall-usd")).locator("summary").focus()
    page.keyboard.press("Tab")  # the table, which scrolls
    page.keyboard.press("Tab")
    expect(slots.last).to_be_focused()
    expect(last).to_have_css("visibility", "visible")
    expect(last).to_contain_text("€16,534.32")
    page.keyboard.press("ArrowLeft")
    expect(slots.nth(-2)).to_be_focused()
    expect(before).to_have_css("visibility", "visible")
    expect(last).to_have_css("visibility", "hidden")
    page.keyboard.press("Home")
    expect(slots.first).to_be_focused()
    slots.nth(5).hover()
    expect(slots.nth(5).locator("text")).to_have_css("visibility", "visible")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.usefixtures("filled")
def test_it_is_printed_with_its_tables_and_without_menus(open_page):
    page = open_page(OVERVIEW)
    page.emulate_media(media="print")
    for hidden in ("#header", "#nav-sidebar", ".stripe-ranges"):
        expect(page.locator(hidden)).to_be_hidden()
    mrr = page.locator("figure", has=page.locator("#stripe-mrr-eur"))
    expect(mrr.locator("tbody tr").last).to_be_visible()
    expect(page.locator(".stripe-tile").first).to_be_visible()


CONTRASTS = """() => {
    const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const luminance = (color) => {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(it => it / 255)
            .map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (it) => {
        const color = getComputedStyle(it).backgroundColor;
        return color === "rgba(0, 0, 0, 0)" ? ground(it.parentElement) : color;
    };
    const contrast = (it, name) => {
        const colors = [getComputedStyle(it)[name], ground(it)];
        const [a, b] = colors.map(luminance).sort((a, b) => b - a);
        return (a + 0.05) / (b + 0.05);
    };
    const each = (selector, name) => [...document.querySelectorAll(selector)]
        .map(it => [it.getAttribute("class"), contrast(it, name)]);
    return {
        text: each(".stripe-tile span, .stripe-heat td, .stripe-ranges a, .help", "color")
            .concat(each(".stripe-y text, .stripe-x text, .stripe-caption", "fill")),
        bars: each(".stripe-bars > rect", "fill"),
    };
}"""


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_text_and_bars_stand_out(open_page, color_scheme):
    found = open_page(OVERVIEW, color_scheme=color_scheme).evaluate(CONTRASTS)
    for kind, least in (("text", 4.5), ("bars", 3)):
        assert len(found[kind]) > 50
        assert [each for each in found[kind] if each[1] < least] == []
