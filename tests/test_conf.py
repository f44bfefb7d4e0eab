"""Where a setting comes from: the project, else the environment, else the default."""

from datetime import timedelta

import pytest

from stripe_django import conf, credentials
from stripe_django.conf import OPTIONS
from stripe_django.exceptions import CredentialsError

OTHER = {
    "ACCOUNT": "acct_1Own",
    "ACCOUNTS": {"us": {"ACCOUNT": "acct_1US", "API_KEY": "sk_test_us"}},
    "API_KEY": "sk_test_other",
    "API_BASE": "https://stripe.example",
    "API_VERSION": "2016-07-06",
    "APPLY_LATER": True,
    "CHANGE_FEED": True,
    "CONTEXT": "acct_1Own",
    "FOLLOW_SDK": True,
    "HEALTH": {"backlog": 5_000},
    "HEALTH_TOKEN": "a token",
    "MAIL_ADMINS": True,
    "MAX_NETWORK_RETRIES": 0,
    "OBJECTS": ("charge",),
    "OTHER_MODE": "keep",
    "PRIVACY": "minimal",
    "PRIVACY_KEYS": ("a key of the privacy policy",),
    "RATE_CACHE": "shared",
    "RATE_LIMIT": 50.0,
    "RATE_LIMIT_PER_ENDPOINT": 10.0,
    "RATE_RESERVE": 0.5,
    "RETENTION": {"inbox": timedelta(days=60)},
    "SINGLE_STATEMENT": "prepared",
    "STORE_ALL_EVENTS": False,
    "TASKS": "events",
    "TIMEOUT": 1.5,
    "WEBHOOK_SECRETS": ("whsec_other",),
    "WEBHOOK_TOLERANCE": 60,
    "WORKERS": 3,
}
BY_KEY = {"RATE_LIMIT": 25.0, "RATE_RESERVE": 0.0}  # the defaults without one
DEFAULTS = {name: option.default for name, option in OPTIONS.items()} | BY_KEY
from_environment = pytest.mark.parametrize(
    ("name", "variable"),
    [(name, option.environment) for name, option in OPTIONS.items() if option.environment],
)


@pytest.fixture(autouse=True)
def nothing_given(settings, monkeypatch):
    settings.STRIPE_DJANGO = {}
    for option in OPTIONS.values():
        if option.environment:
            monkeypatch.delenv(option.environment, raising=False)


def in_force():
    return {name: getattr(conf.settings, name.lower()) for name in OPTIONS}


def test_the_defaults():
    assert in_force() == {
        "ACCOUNT": "",
        "ACCOUNTS": {},
        "API_KEY": "",
        "API_BASE": "https://api.stripe.com",
        "API_VERSION": "2026-10-28.endive",
        "APPLY_LATER": False,
        "CHANGE_FEED": False,
        "CONTEXT": "",
        "FOLLOW_SDK": False,
        "HEALTH": {},
        "HEALTH_TOKEN": "",
        "MAIL_ADMINS": False,
        "MAX_NETWORK_RETRIES": 3,
        "OBJECTS": (),
        "OTHER_MODE": "ignore",
        "PRIVACY": {},
        "PRIVACY_KEYS": (),
        "RATE_CACHE": "",
        "RATE_LIMIT": 25.0,
        "RATE_LIMIT_PER_ENDPOINT": 25.0,
        "RATE_RESERVE": 0.0,
        "RETENTION": {},
        "SINGLE_STATEMENT": "auto",
        "STORE_ALL_EVENTS": True,
        "TASKS": "",
        "TIMEOUT": 80.0,
        "WEBHOOK_SECRETS": (),
        "WEBHOOK_TOLERANCE": 300,
        "WORKERS": 8,
    }


def test_without_the_dictionary(settings):
    del settings.STRIPE_DJANGO
    assert in_force() == DEFAULTS


def test_settings_are_read_at_each_access(settings):
    assert in_force() != OTHER
    settings.STRIPE_DJANGO = OTHER
    assert in_force() == OTHER


@from_environment
def test_the_environment_stands_in(name, variable, monkeypatch):
    other = OTHER[name]
    monkeypatch.setenv(variable, other if isinstance(other, str) else ",".join(other))
    assert in_force()[name] == OTHER[name]


@from_environment
def test_the_project_comes_before_the_environment(name, variable, settings, monkeypatch):
    monkeypatch.setenv(variable, "of the environment")
    settings.STRIPE_DJANGO = {name: OTHER[name]}
    assert in_force()[name] == OTHER[name]


@from_environment
def test_an_empty_variable_is_none(name, variable, monkeypatch):
    monkeypatch.setenv(variable, "")
    assert in_force()[name] == DEFAULTS[name]


@pytest.mark.parametrize("name", [name for name in OPTIONS if not OPTIONS[name].environment])
def test_nothing_else_comes_from_the_environment(name, monkeypatch):
    monkeypatch.setenv(f"STRIPE_{name}", "7")
    assert in_force()[name] == DEFAULTS[name]


@pytest.mark.parametrize("given", ["whsec_1,whsec_2", " whsec_1 , whsec_2,"])
def test_several_secrets_in_one_variable(given, monkeypatch):
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", given)
    assert in_force()["WEBHOOK_SECRETS"] == ("whsec_1", "whsec_2")


def test_the_address_has_no_slash_at_its_end(settings):
    settings.STRIPE_DJANGO = {"API_BASE": "http://127.0.0.1:8420/"}
    assert in_force()["API_BASE"] == "http://127.0.0.1:8420"


@pytest.mark.parametrize(
    ("key", "livemode"),
    [
        ("", None),
        ("sk_test_abc", False),
        ("rk_test_abc", False),
        ("sk_live_abc", True),
        ("rk_live_abc", True),
        ("sk_test_a_live_b", False),
        ("sk_org_live_abc", True),
        ("sk_org_test_abc", False),
        ("sk_org_abc", None),
    ],
)
def test_the_mode_of_the_key(key, livemode, settings):
    settings.STRIPE_DJANGO = {"API_KEY": key}
    assert in_force()["API_KEY"] == key
    assert conf.settings.key_livemode is livemode


@pytest.mark.parametrize(
    ("given", "rate", "reserve"),
    [
        ({"API_KEY": "sk_live_abc"}, 100, 0.2),
        ({"API_KEY": "rk_live_abc", "RATE_LIMIT": 500, "RATE_RESERVE": 0}, 500, 0),
        ({"API_KEY": "sk_test_abc"}, 25, 0),
        ({"API_KEY": "sk_test_abc", "RATE_LIMIT": 0}, 0, 0),
        ({"API_KEY": "sk_test_abc", "API_BASE": "http://127.0.0.1:8420"}, 0, 0),
        ({"API_KEY": "sk_live_abc", "API_BASE": "http://127.0.0.1:8420", "RATE_LIMIT": 7}, 7, 0.2),
    ],
)
def test_the_rate_that_the_key_allows(given, rate, reserve, settings):
    settings.STRIPE_DJANGO = given
    assert (in_force()["RATE_LIMIT"], in_force()["RATE_RESERVE"]) == (rate, reserve)


def test_a_secret_manager_is_asked_at_each_access(settings):
    keys = iter(["sk_test_1", "sk_test_2"])
    settings.STRIPE_DJANGO = {
        "API_KEY": lambda: next(keys),
        "WEBHOOK_SECRETS": lambda: ["whsec_1"],
    }
    assert [conf.settings.api_key, conf.settings.api_key] == ["sk_test_1", "sk_test_2"]
    assert conf.settings.webhook_secrets == ("whsec_1",)


class TestCredentials:
    @pytest.fixture(autouse=True)
    def accounts(self, settings):
        settings.STRIPE_DJANGO = {
            "API_KEY": "sk_test_own",
            "WEBHOOK_SECRETS": ["whsec_own"],
            "ACCOUNTS": {
                "us": {
                    "ACCOUNT": "acct_1US",
                    "API_KEY": lambda: "sk_test_us",
                    "WEBHOOK_SECRETS": lambda: ["whsec_us"],
                },
                "org": {"API_KEY": "sk_org_test_1", "CONTEXT": "acct_1Org"},
            },
        }

    @pytest.mark.parametrize(
        ("account", "key", "headers"),
        [
            ("", "sk_test_own", {}),
            ("acct_1Seller", "sk_test_own", {"stripe_account": "acct_1Seller"}),
            ("acct_1US", "sk_test_us", {}),
            ("acct_1Org", "sk_org_test_1", {"stripe_context": "acct_1Org"}),
        ],
    )
    def test_each_account_has_its_key_and_headers(self, account, key, headers):
        found = credentials.of(account)
        assert (found.api_key, found.headers(account)) == (key, headers)
        assert key not in repr(found)

    def test_an_account_that_is_connected_to_an_organisations_account(self):
        found = credentials.of("acct_1Org").headers("acct_1Seller")
        assert found == {"stripe_context": "acct_1Org/acct_1Seller"}

    def test_each_secret_says_whose_it_is(self):
        secrets = [("whsec_own", ""), ("whsec_us", "acct_1US")]
        assert list(credentials.webhook_secrets()) == secrets


def test_a_secret_manager_that_fails_shows_no_secret(settings):
    def fail():
        raise ValueError("sk_test_secret")

    settings.STRIPE_DJANGO = {"API_KEY": fail}
    with pytest.raises(CredentialsError) as caught:
        _ = conf.settings.api_key
    assert str(caught.value) == 'The function STRIPE_DJANGO["API_KEY"] raised ValueError.'
