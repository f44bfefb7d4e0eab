"""What each system check finds, and what it keeps to itself."""

import sys

import django
import pytest
from django.contrib.auth.models import User
from django.core import checks
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from stripe_django import fields, sync
from stripe_django.checks import TAG
from stripe_django.checks.links import mistakes
from stripe_django.checks.tables import check_columns
from stripe_django.fields.customer_link import declared_on
from stripe_django.models import Charge, Customer, Home
from stripe_django.models.base import StripeModel
from stripe_django.models.resource import Resource
from stripe_django.testing import FakeStripe
from tests.linked.models import Team

SECRET = "51H7zTopSecret"
KEY = f"sk_test_{SECRET}"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("STRIPE_SECRET_KEY", "STRIPE_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_of_the_tests")


def run(databases=()):
    found = checks.run_checks(tags=[TAG], databases=databases)
    assert all(message.hint.endswith(".") or "Did you mean" in message.hint for message in found)
    assert SECRET not in "".join(map(str, found))
    return found


def ids(databases=()):
    return sorted(message.id.removeprefix("stripe_django.") for message in run(databases))


def test_the_settings_of_the_tests_are_right():
    assert ids() == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"API_KEY": KEY}, []),
        ({"API_KEY": KEY, "OBJECTS": ["charge", "issuing.*"]}, []),
        ({"API_KEY": KEY, "OBJECTS": ("charges", "unicorn.*")}, ["E013", "E013"]),
        ({"API_KEY": KEY, "OBJECTS": "charge"}, ["E004"]),
        ({"API_KEY": KEY, "SINGLE_STATEMENT": "unprepared"}, []),
        ({"API_KEY": KEY, "SINGLE_STATEMENT": "one"}, ["E044"]),
        ({"API_KEY": KEY, "HEALTH": {"backlog": 5_000, "sync": None, "lag": 1.5}}, []),
        ({"API_KEY": KEY, "HEALTH": {"backlogs": 1, "database": 1, "lag": 0}}, ["E040", "E040"]),
        ({"API_KEY": KEY, "HEALTH": {"lag": "1", "poll": -1, "sync": True}}, ["E040"] * 3),
        ({"API_KEY": KEY, "HEALTH": ["lag"]}, ["E004"]),
        ({"API_KEY": KEY, "HEALTH_TOKEN": "x" * 20}, []),
        ({"API_KEY": KEY, "HEALTH_TOKEN": "too short"}, ["W041"]),
        ({"API_KEY": KEY, "MAIL_ADMINS": True}, ["W042"]),
        ({"API_KEY": KEY, "OTHER_MODE": "keep"}, []),
        ({"API_KEY": KEY, "OTHER_MODE": "drop"}, ["E020"]),
        ({"API_KEY": KEY, "OTHER_MODE": True}, ["E004"]),
        ({"API_KEY": f"rk_live_{SECRET}"}, []),
        (
            {"API_KEY": KEY, "API_VERSION": "2016-07-06", "MAX_NETWORK_RETRIES": 0, "TIMEOUT": 9.5},
            [],
        ),
        ([KEY], ["E002", "W005"]),
        (KEY, ["E002", "W005"]),
        (None, ["E002", "W005"]),
        ({"API_KEY": KEY, "TIME_OUT": 3}, ["E003"]),
        ({"API_KEY": KEY, KEY: 1, 7: 1, f" {KEY}": 2}, ["E003", "E003", "E003"]),
        ({"API_KEY": KEY.encode()}, ["E004"]),
        ({"API_KEY": None}, ["E004"]),
        ({"API_KEY": [KEY]}, ["E004"]),
        ({"API_KEY": KEY, "API_BASE": 7}, ["E004"]),
        ({"API_KEY": KEY, "MAX_NETWORK_RETRIES": "3"}, ["E004"]),
        ({"API_KEY": KEY, "MAX_NETWORK_RETRIES": True, "TIMEOUT": "1"}, ["E004", "E004"]),
        ({"API_KEY": KEY, "RATE_LIMIT": 0, "RATE_LIMIT_PER_ENDPOINT": 0.5}, []),
        ({"API_KEY": KEY, "RATE_LIMIT": -1, "RATE_LIMIT_PER_ENDPOINT": -1}, ["E018", "E018"]),
        ({"API_KEY": KEY, "RATE_RESERVE": 0.9}, []),
        ({"API_KEY": KEY, "RATE_RESERVE": 1}, ["E018"]),
        ({"API_KEY": KEY, "RATE_RESERVE": -0.1}, ["E018"]),
        ({"API_KEY": KEY, "WORKERS": 1}, []),
        ({"API_KEY": KEY, "WORKERS": 0}, ["E018"]),
        ({"API_KEY": KEY, "RATE_LIMIT": "25", "RATE_RESERVE": None}, ["E004", "E004"]),
        ({}, ["W005"]),
        ({"API_KEY": ""}, ["W005"]),
        ({"API_KEY": f"pk_live_{SECRET}"}, ["E006"]),
        ({"API_KEY": SECRET}, ["W007"]),
        ({"API_KEY": f"{KEY}\n"}, ["W007"]),
        ({"API_KEY": f'"{KEY}"'}, ["W007"]),
    ],
)
def test_the_dictionary_and_the_key(given, found, settings):
    settings.STRIPE_DJANGO = given
    assert ids() == found


def test_a_project_without_the_dictionary(settings):
    del settings.STRIPE_DJANGO
    assert ids() == ["W005"]


@pytest.mark.parametrize(("key", "found"), [(KEY, []), (f"pk_test_{SECRET}", ["E006"])])
def test_the_key_of_the_environment(key, found, settings, monkeypatch):
    settings.STRIPE_DJANGO = {}
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    assert ids() == found


@pytest.mark.parametrize("name", ["TIME_OUT", "timeout", "TIMEOUTS"])
def test_a_misspelt_name_gets_the_right_one(name, settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, name: 3}
    [message] = run()
    assert message.msg == f"STRIPE_DJANGO has the unknown key {name!r}."
    assert message.hint == "Did you mean 'TIMEOUT'?"


def test_a_name_like_no_other_gets_all_of_them(settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "zzz": 3}
    [message] = run()
    assert "API_KEY, API_BASE" in message.hint


def test_a_wrong_type_is_named_with_the_right_one(settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "TIMEOUT": "3"}
    [message] = run()
    assert message.msg == "STRIPE_DJANGO['TIMEOUT'] is of type str, not int or float."


@pytest.mark.parametrize(
    ("backend", "found"),
    [
        ("django.core.cache.backends.redis.RedisCache", []),
        ("django.core.cache.backends.memcached.PyMemcacheCache", []),
        ("django_redis.cache.RedisCache", []),
        ("django.core.cache.backends.locmem.LocMemCache", ["E019"]),
        ("django.core.cache.backends.db.DatabaseCache", ["E019"]),
    ],
)
def test_the_cache_that_the_rate_is_shared_through(backend, found, settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "RATE_CACHE": "ours"}
    assert ids() == ["E019"]
    settings.CACHES = {**settings.CACHES, "ours": {"BACKEND": backend}}
    assert ids() == found


def test_times_without_a_zone(settings):
    settings.USE_TZ = False
    assert ids() == ["E008"]


@pytest.mark.parametrize(
    "address",
    [
        "https://api.stripe.com",
        "https://stripe.example:8443/path/",
        "http://127.0.0.1:8420",
        "http://127.3.2.1",
        "http://localhost:8420/",
        "http://[::1]:8420",
    ],
)
def test_addresses_that_keep_the_key_private(address, settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "API_BASE": address}
    assert ids() == []


@pytest.mark.parametrize(
    "address",
    [
        "http://api.stripe.com",
        "http://127.0.0.1.example.com",
        "http://192.168.0.1:8420",
        "http://127.0.0.1@example.com",
        "http://example.com\\@127.0.0.1",
        "http://0.0.0.0:8420",
        "http://[::1",
        "ftp://127.0.0.1",
        "127.0.0.1:8420",
        "https://",
        f"http://{KEY}@example.com",
        "",
    ],
)
@pytest.mark.parametrize("source", ["project", "environment"])
def test_addresses_that_do_not(address, source, settings, monkeypatch):
    if source == "project":
        settings.STRIPE_DJANGO = {"API_KEY": KEY, "API_BASE": address}
    else:
        monkeypatch.setenv("STRIPE_API_BASE", address or "x")
    assert ids() == ["E009"]


@pytest.mark.parametrize(
    ("secrets", "found"),
    [
        (["whsec_5f0", "whsec_aB+/="], []),
        ((f"we_{SECRET}", "whsec_5f0", SECRET), ["E014", "E014"]),
        ([f'"whsec_{SECRET}"'], ["E014"]),
        ([f"whsec_{SECRET} x"], ["E014"]),
        ([None], ["E014"]),
        (f"whsec_{SECRET}", ["E004"]),
        ([], ["W015"]),
    ],
)
def test_the_secrets_of_webhooks(secrets, found, settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "WEBHOOK_SECRETS": secrets}
    assert ids() == found


def test_the_secrets_of_the_environment(settings, monkeypatch):
    settings.STRIPE_DJANGO = {"API_KEY": KEY}
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", f"whsec_1, {SECRET}")
    [message] = run()
    assert message.msg == "Webhook secret 2 of 2 does not look like one."


@pytest.mark.parametrize(("urls", "found"), [("tests.urls", ["W015"]), ("tests.empty_urls", [])])
def test_an_endpoint_without_a_secret(urls, found, settings, monkeypatch):
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    settings.STRIPE_DJANGO = {"API_KEY": KEY}
    settings.ROOT_URLCONF = urls
    assert ids() == found


def test_a_project_without_urls(settings, monkeypatch):
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    settings.STRIPE_DJANGO = {"API_KEY": KEY}
    del settings.ROOT_URLCONF
    assert ids() == []


@pytest.mark.parametrize(
    ("backends", "name", "found"),
    [
        ({"default": {}}, "", []),
        ({"default": {}}, "default", []),
        ({"default": {}, "events": {}}, "events", []),
        ({"default": {}}, "events", ["E017"]),
        ({"events": {}}, "events", ["E017"]),  # tasks are made for the default one
        ({"other": {}}, "events", ["E017", "E017"]),
    ],
)
def test_the_backend_for_tasks(backends, name, found, settings):
    settings.TASKS = backends
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "TASKS": name, "RATE_LIMIT": 0}
    assert ids() == found


@pytest.mark.skipif(django.VERSION >= (6, 0), reason="this Django has tasks itself")
def test_tasks_without_the_package_for_them(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "django_tasks", None)
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "TASKS": "default", "RATE_LIMIT": 0}
    [message] = run()
    assert (message.id, message.hint) == ("stripe_django.E016", "pip install stripe-django[tasks].")


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, ["W024"]),
        ({"RATE_LIMIT": 0}, []),
        ({"RATE_CACHE": "shared"}, []),
        ({"TASKS": ""}, []),
    ],
)
def test_tasks_without_a_shared_rate(more, found, settings):
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
    settings.CACHES = {"default": redis, "shared": redis}
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "TASKS": "default", **more}
    assert ids() == found


class ChargesElsewhere:
    def db_for_write(self, model, **hints):
        return "elsewhere" if model is Charge else None


class AllElsewhere:
    def db_for_write(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "stripe_django" else None


@pytest.mark.parametrize(("router", "found"), [(ChargesElsewhere, ["E010"]), (AllElsewhere, [])])
def test_routers_keep_the_app_together(router, found, settings):
    settings.DATABASE_ROUTERS = [router()]
    assert ids() == found


@isolate_apps("stripe_django")
def test_two_columns_of_one_key():
    class Twice(StripeModel):
        stripe = Resource("twice")

        state = fields.CodeField(source=("status", "old.status"))
        status = fields.CodeField()
        elsewhere = fields.CodeField(source="old.status")
        plain = models.TextField()

        class Meta(StripeModel.Meta):
            app_label = "stripe_django"

    [message] = check_columns(Twice)
    assert message.id == "stripe_django.E011"
    assert message.msg == "state and status both hold 'status' of the payload."
    assert message.obj is Twice


def links(**attributes):
    """What is wrong with a model that has these attributes."""
    with isolate_apps("tests.linked"):
        model = type("Shop", (models.Model,), {**attributes, "__module__": "tests.linked.models"})
        return [
            said for each in declared_on(model).values() for said, hint in mistakes(model, each)
        ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, None),
        ({"email": "mail", "name": "user.get_full_name", "owner": "user"}, None),
        ({"field": "customer", "metadata": {"plan": "user.profile"}}, None),
        ({"params": "not_there"}, "params is 'not_there', which the model does not have."),
        ({"email": "user.mail"}, "email is 'user.mail', which the model does not have."),
        ({"metadata": {"a": "b"}}, "metadata['a'] is 'b', which the model does not have."),
        ({"field": "plan"}, "0 references named 'plan' to stripe_django.Customer."),
        ({"owner": "customer"}, "'customer' is no one-to-one field."),
        ({"owner": "nobody"}, "'nobody' is no one-to-one field."),
        ({"key": "x" * 41}, f"Stripe takes no key {'x' * 41!r} in metadata."),
        ({"metadata": {"a[b]": "pk"}}, "Stripe takes no key 'a[b]' in metadata."),
        ({"metadata": {"linked_shop_id": "pk"}}, "metadata has the key of the row as well."),
        ({"account": "us"}, "No account has the name 'us'."),
        ({"account": "acct_1US"}, None),
    ],
)
def test_what_a_link_declares(arguments, found):
    said = links(
        id=models.BigAutoField(primary_key=True),
        mail=models.EmailField(),
        user=models.OneToOneField(User, models.CASCADE, related_name="+"),
        plan=models.ForeignKey("self", models.CASCADE, null=True),
        customer=fields.StripeOneToOneField(Customer, related_name="+"),
        link=fields.CustomerLink(**arguments),
    )
    assert said == ([found] if found else [])


def test_a_link_among_several_references():
    references = {
        name: fields.StripeForeignKey(Customer, related_name="+") for name in ("payer", "user")
    }
    key = {"id": models.BigAutoField(primary_key=True)}
    said = links(**key, **references, link=fields.CustomerLink())
    assert said == ["2 references to stripe_django.Customer."]
    assert links(**key, link=fields.CustomerLink()) == ["0 references to stripe_django.Customer."]


def test_links_of_a_project(monkeypatch):
    monkeypatch.setattr(Team, "customer_link", fields.CustomerLink(email="mail"))
    monkeypatch.setattr(Team, "other_link", fields.CustomerLink(), raising=False)
    found = run()
    assert [each.id for each in found] == ["stripe_django.E027"] * 2
    assert [each.msg for each in found] == [
        "Team.customer_link: email is 'mail', which the model does not have.",
        "Team.CustomerLink: 2 declarations are for the account ''.",
    ]


@pytest.mark.django_db
class TestHome:
    @pytest.mark.parametrize(
        ("livemode", "key", "found"),
        [
            (False, KEY, []),
            (True, f"sk_live_{SECRET}", []),
            (True, KEY, ["E012"]),
            (False, f"rk_live_{SECRET}", ["E012"]),
            (True, "", ["W005"]),
        ],
    )
    def test_the_mode_of_the_key_is_that_of_home(self, livemode, key, found, settings):
        Home.objects.create(livemode=livemode)
        settings.STRIPE_DJANGO = {"API_KEY": key}
        assert ids(["default"]) == found

    def test_before_the_first_sync(self):
        assert ids(["default"]) == []

    def test_before_the_table_exists(self, monkeypatch):
        monkeypatch.setattr(Home._meta, "db_table", "not_yet")
        assert ids(["default"]) == []

    @pytest.mark.parametrize("databases", [[], ["elsewhere"]])
    def test_only_the_database_that_was_asked_for(self, databases, django_assert_num_queries):
        Home.objects.create(livemode=True)
        with django_assert_num_queries(0):
            assert ids(databases) == []


US = {"ACCOUNT": "acct_1US", "API_KEY": KEY}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"ACCOUNTS": {"us": US}}, []),
        ({"ACCOUNTS": {"us": {"CONTEXT": "acct_1US", "API_KEY": lambda: KEY}}}, []),
        ({"ACCOUNTS": {"us": {"API_KEY": KEY}}}, ["E025"]),
        ({"ACCOUNTS": {"us": {"ACCOUNT": "acct_1US"}}}, ["E025"]),
        ({"ACCOUNTS": {"us": KEY}}, ["E025"]),
        ({"ACCOUNTS": {"us": {**US, "WEBHOOK_SECRETS": 1}}}, ["E025"]),
        ({"ACCOUNTS": {"us": {**US, "SECRET": 1}}}, ["E025"]),
        ({"ACCOUNTS": {"us": US, "usa": US}}, ["E025"]),
        ({"ACCOUNTS": {"acct_1Us": US}}, ["E025"]),
        ({"ACCOUNT": "acct_1US", "ACCOUNTS": {"us": US}}, ["E025"]),
        ({"ACCOUNTS": [US]}, ["E004"]),
    ],
)
def test_further_accounts(given, found, settings):
    settings.STRIPE_DJANGO = {"API_KEY": KEY, **given}
    assert ids() == found


@pytest.mark.django_db
def test_the_key_of_erasures(settings):
    Home.objects.create(livemode=False)
    assert ids(["default"]) == []
    sync.erase("cus_1", force=True)
    assert ids(["default"]) == []
    settings.SECRET_KEY, former = "another one", settings.SECRET_KEY
    assert ids(["default"]) == ["E036"]
    settings.SECRET_KEY_FALLBACKS = [former]
    assert ids(["default"]) == []


@pytest.mark.django_db
def test_the_key_of_another_account(settings):
    fake = FakeStripe(key=KEY)
    with fake.installed():
        call_command("stripe_sync", "coupon")
        assert ids(["default"]) == []
    other = FakeStripe(key=f"{KEY}other")
    other.account_id = "acct_1Other"
    with other.installed():
        assert ids(["default"]) == ["E026"]
        other.fail(status=500)
        assert ids(["default"]) == []


@pytest.mark.parametrize(
    ("way", "found"), [("prepared", ["W045"]), ("auto", []), ("unprepared", []), ("", [])]
)
def test_prepared_statements_behind_a_pool(settings, monkeypatch, way, found):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    settings.STRIPE_DJANGO = {"API_KEY": KEY, "SINGLE_STATEMENT": way}
    assert ids() == found
