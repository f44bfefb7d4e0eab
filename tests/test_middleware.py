"""``browser_time_zone``: the zone of the browser, for the length of a request."""

from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.utils import timezone

from stripe_django import sync
from stripe_django.middleware import COOKIE, browser_time_zone
from stripe_django.testing import payload

HOSTILE = ("", "../../etc/passwd", "/etc/localtime", "Europe", "europe/berlin", "\x00", "A" * 5000)


def zone_within(name, factory=RequestFactory, middleware=browser_time_zone):
    request = factory().get("/")
    if name is not None:
        request.COOKIES[COOKIE] = name
    found = middleware(lambda request: HttpResponse(timezone.get_current_timezone_name()))(request)
    return found.content.decode()


def test_it_lasts_for_the_request():
    assert zone_within("Asia/Tokyo") == "Asia/Tokyo"
    assert timezone.get_current_timezone() == timezone.get_default_timezone()


@pytest.mark.parametrize("name", [None, *HOSTILE])
def test_what_is_no_zone_changes_nothing(name):
    with timezone.override("America/Lima"):
        assert zone_within(name) == "America/Lima"


def test_it_is_the_same_for_asynchronous_views():
    async def view(request):
        return HttpResponse(timezone.get_current_timezone_name())

    request = AsyncRequestFactory().get("/")
    request.COOKIES[COOKIE] = "Asia/Tokyo"
    assert async_to_sync(browser_time_zone(view))(request).content == b"Asia/Tokyo"


@pytest.mark.django_db
def test_pages_and_lists_of_the_admin_are_in_the_zone(admin_client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "stripe_django.middleware.browser_time_zone"]
    when = datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
    row = sync.apply(payload("charge", created=int(when.timestamp()))).row
    for path in ("", f"{row.pk}/change/"):
        url = f"/admin/stripe_django/charge/{path}"
        admin_client.cookies[COOKIE] = "Europe/Berlin"
        page = admin_client.get(url).content.decode()
        assert "11:30 p.m." in page
        assert "2026-01-31 22:30:00 UTC" in page
        del admin_client.cookies[COOKIE]
        assert "11:30 p.m." not in admin_client.get(url).content.decode()
