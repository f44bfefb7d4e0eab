"""What the session of ``requests`` takes from the environment, through which proxies may be set."""

import pytest
from requests import Request, sessions

from stripe_django.api.session import Session

PROXY = "http://proxy.example.com:3128"


@pytest.fixture
def looks(monkeypatch):
    """The addresses for which ``requests`` has looked into the environment."""
    found, look = [], sessions.get_environ_proxies

    def noted(url, **more):
        found.append(url)
        return look(url, **more)

    monkeypatch.setattr(sessions, "get_environ_proxies", noted)
    return found


def proxies_of(session, url, proxies=None):
    request = session.prepare_request(Request("GET", url))
    return session.merge_environment_settings(request.url, proxies or {}, None, None, None)[
        "proxies"
    ]


def test_the_environment_is_read_once_for_each_server(looks, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "connect.example.com")
    session = Session()
    for path in ("charges", "refunds"):
        assert proxies_of(session, f"https://api.example.com/v1/{path}")["https"] == PROXY
        assert "https" not in proxies_of(session, f"https://connect.example.com/v1/{path}")
    assert len(looks) == 2


def test_proxies_of_the_caller_are_kept_apart(looks, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    session, url = Session(), "https://api.example.com/v1/charges"
    own = {"https": "http://own.example.com:3128"}
    assert proxies_of(session, url, dict(own)) == own
    assert proxies_of(session, url)["https"] == PROXY
    assert proxies_of(session, url, dict(own)) == own
