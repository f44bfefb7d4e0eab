"""A sync from localstripe, and its webhooks: a fake Stripe that this project did not write."""

import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from django.conf import settings

from tests import localstripe
from tests.posting import SECRET
from tests.serving import COMMAND, bare, serving

CUSTOMERS = 10

pytestmark = [
    pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it brings a database of its own"),
    pytest.mark.xdist_group("serve"),
]


class Shop:
    """Makes a few customers, their subscriptions and invoices by Stripe's SDK."""

    def __init__(self, client):
        self.client = client

    def post(self, path, **params):
        return self.client.raw_request("post", f"/v1/{path}", **params).data

    def open(self):
        self.post("products", id="club", name="Club", type="service")
        terms = {"amount": 900, "currency": "eur", "interval": "month"}
        self.post("plans", id="club-monthly", product="club", **terms)

    def welcome(self, number):
        customer = self.post("customers", description=f"Customer {number}")["id"]
        card = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2033, "cvc": "314"}
        self.post(f"customers/{customer}/sources", source=self.post("tokens", card=card)["id"])
        items = [{"plan": "club-monthly"}]
        subscription = self.post("subscriptions", customer=customer, items=items)["id"]
        self.post(f"customers/{customer}", description=f"Member {number}")
        if number % 5 == 0:
            self.client.raw_request("delete", f"/v1/subscriptions/{subscription}")

    def listed(self, path, key, **params):
        found = self.client.raw_request("get", f"/v1/{path}", limit=100, **params).data["data"]
        return {each["id"]: each[key] for each in found}

    def state(self):
        return {
            "customer": self.listed("customers", "description"),
            "subscription": self.listed("subscriptions", "status", status="all"),
            "invoice": self.listed("invoices", "status"),
            "plan": self.listed("plans", "amount"),
        }


def stored(folder):
    """The same of the rows."""
    columns = {"customer": "description", "subscription": "status", "invoice": "status"}
    with closing(sqlite3.connect(folder / "stripe.sqlite3", timeout=20)) as database:
        return {
            name: dict(database.execute(f"SELECT stripe_id, {column} FROM stripe_django_{name}"))
            for name, column in {**columns, "plan": "amount"}.items()
        }


@pytest.fixture
def shop():
    with localstripe.running() as address, localstripe.connected(address) as client:
        yield address, Shop(client)


def keys(address):
    return {
        "STRIPE_SECRET_KEY": "sk_test_localstripe",
        "STRIPE_API_BASE": address,
        "STRIPE_WEBHOOK_SECRET": SECRET,
    }


def live(shop):
    shop.open()
    for number in range(CUSTOMERS):
        shop.welcome(number)


@pytest.mark.usefixtures("migrated")
def test_a_sync(shop, tmp_path):
    address, shop = shop
    live(shop)
    env = bare(keys(address))
    subprocess.run([*COMMAND, "sync"], cwd=tmp_path, env=env, check=True, capture_output=True)
    assert stored(tmp_path) == shop.state()
    assert len(shop.state()["customer"]) == CUSTOMERS


@pytest.mark.usefixtures("migrated")
def test_webhooks(shop, tmp_path):
    address, shop = shop
    with serving(tmp_path, **keys(address)) as (project, _, _):
        localstripe.subscribe(address, f"{project}/stripe/webhook/", SECRET)
        live(shop)
        end = time.monotonic() + 60
        while stored(tmp_path) != shop.state() and time.monotonic() < end:
            time.sleep(0.2)
        assert stored(tmp_path) == shop.state()
    assert set(shop.state()["subscription"].values()) == {"active", "canceled"}
