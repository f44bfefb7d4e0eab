"""The health page: who may see it, what it says, and with which status."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.test import Client

from stripe_django.health.indicators import INDICATORS

from .conftest import TOKEN

pytestmark = pytest.mark.django_db

URL = "/stripe/health/"


def get(header=f"Bearer {TOKEN}", method="get", client=None):
    headers = {"Authorization": header} if header else {}
    return getattr(client or Client(), method)(URL, headers=headers)


def basic(password, user="monitor"):
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer x", basic("")])
def test_without_a_token_in_the_settings_there_is_no_such_page(header, settings):
    settings.STRIPE_DJANGO = {}
    assert get(header).status_code == 404


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        TOKEN,
        f"Token {TOKEN}",
        basic("x"),
        basic(""),
        "Basic ???",
        "Basic /w==",
        f"Basic {TOKEN}",
    ],
)
def test_a_wrong_token(header, token):
    response = get(header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"indicators" not in response.content


def test_a_token_in_the_url_is_none(token):
    assert Client().get(f"{URL}?token={TOKEN}").status_code == 401


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", basic(TOKEN)])
def test_a_healthy_mirror(header, mirror, token):
    response = get(header)
    assert response.status_code == 200
    assert response.json()["status"] == "healthy"
    assert list(response.json()["indicators"]) == list(INDICATORS)
    assert "no-store" in response.headers["Cache-Control"]


def test_an_unhealthy_mirror(polled_before, token):
    polled_before(timedelta(days=3))
    response = get()
    assert response.status_code == 503
    found = response.json()
    assert found["status"] == "unhealthy"
    poll = found["indicators"]["poll"]
    del poll["read_until"]
    assert poll == {
        "healthy": False,
        "text": "The last poll was 3 days ago.",
        "value": 259_200.0,
        "unit": "seconds",
        "limit": 172_800.0,
        "accounts": 1,
        "advice": INDICATORS["poll"].advice,
    }


def test_only_safe_methods(token):
    assert get(method="head").status_code == 503
    assert get(method="post").status_code == 405


def test_it_needs_no_login(mirror, token, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    assert get().status_code == 200
