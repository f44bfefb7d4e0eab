"""Several accounts at one FakeStripe, each with its own keys."""

from functools import partial

import pytest
import stripe
from django.test import RequestFactory

from stripe_django.conf import settings as package_settings
from stripe_django.testing import Business, FakeStripe
from tests.testing.test_fake_deliveries import receiving

US, EU, SELLER = "acct_1US", "acct_1EU", "acct_1Seller"
VERSION = {"stripe_version": stripe.api_version}


@pytest.fixture
def fake():
    return FakeStripe(key="sk_test_home")


@pytest.fixture
def us(fake):
    return fake.account(US, key="sk_test_us")


@pytest.fixture
def eu(fake):
    return fake.account(EU, key="sk_test_eu")


def sdk(fake, key="", **options):
    return stripe.StripeClient(key or fake.key, http_client=fake.http_client, **options)


def ids(found):
    return [each["id"] for each in found]


def events(account):
    return [each.event for each in account.webhooks()]


def refusal(ask):
    """Status and code of the error of a request."""
    with pytest.raises(stripe.StripeError) as caught:
        ask()
    return caught.value.http_status, caught.value.json_body["error"].get("code")


# Keys


def test_each_key_reaches_its_own_account(fake, us, eu):
    for account in (fake, us, eu):
        account.create("plan", id="gold", nickname=account.account_id)
    for account in (fake, us, eu):
        client = sdk(account)
        assert client.v1.plans.retrieve("gold").nickname == account.account_id
        assert len(client.v1.plans.list().data) == 1
        assert client.v1.accounts.retrieve(account.account_id).id == account.account_id
        assert client.v1.accounts.retrieve_current().id == account.account_id
        assert account.get("gold")["nickname"] == account.account_id


def test_what_a_key_creates_changes_and_deletes_is_its_account_s(us, eu):
    made = sdk(us).v1.customers.create({"name": "Ann"})
    assert us.get(made.id)["name"] == "Ann"
    with pytest.raises(LookupError):
        eu.get(made.id)
    assert refusal(lambda: sdk(eu).v1.customers.update(made.id, {"name": "A"}))[0] == 404
    assert refusal(lambda: sdk(eu).v1.customers.delete(made.id))[0] == 404
    us.delete(made.id)
    assert not sdk(us).v1.customers.list().data


def test_searches_are_apart(fake, us, eu):
    fake.search_lag = 0
    us.create("customer", id="cus_1", email="ann@example.com")
    params = {"query": 'email:"ann@example.com"'}
    assert ids(sdk(us).v1.customers.search(params).data) == ["cus_1"]
    assert not sdk(eu).v1.customers.search(params).data
    assert not sdk(fake).v1.customers.search(params).data


def test_no_id_is_given_twice(us, eu):
    made = [account.create("charge")["id"] for account in (us, eu, FakeStripe(key="sk_test_x"))]
    assert len(set(made)) == 3
    others = [FakeStripe(key=key) for key in ("sk_test_a", "sk_test_b")]
    for each in others:
        each.create("customer")
    told = [each["id"] for account in (us, eu, *others) for each in events(account)]
    assert len(set(told)) == 4


def test_live_and_test_keys_of_an_account(us):
    us.add_key("sk_live_us")
    us.create("charge", id="ch_test")
    us.create("charge", id="ch_live", livemode=True)
    assert ids(sdk(us).v1.charges.list().data) == ["ch_test"]
    assert ids(sdk(us, "sk_live_us").v1.charges.list().data) == ["ch_live"]


@pytest.mark.parametrize("key", ["sk_test_unknown", "sk_live_us", "sk_test_u", " sk_test_us"])
def test_an_unknown_key(key, us):
    assert refusal(lambda: sdk(us, key).v1.charges.list()) == (401, None)


def test_a_restricted_key_that_may_not_read_the_account(us):
    us.add_key("rk_test_us", denied=["/v1/account", "/v1/payouts*"])
    us.create("charge", id="ch_1")
    client = sdk(us, "rk_test_us")
    assert ids(client.v1.charges.list().data) == ["ch_1"]
    with pytest.raises(stripe.PermissionError, match=US) as caught:
        client.v1.accounts.retrieve_current()
    assert caught.value.http_status == 403
    assert "rk_test" not in str(caught.value)
    assert refusal(lambda: client.v1.payouts.retrieve("po_1")) == (403, None)
    assert sdk(us).v1.accounts.retrieve_current().id == US


def test_a_key_is_rolled(us):
    us.add_key("sk_test_new")
    assert sdk(us, "sk_test_new").v1.accounts.retrieve_current().id == US
    us.expire_key("sk_test_us")
    assert refusal(lambda: sdk(us).v1.charges.list()) == (401, "api_key_expired")
    us.key = "sk_test_new"
    assert sdk(us).v1.accounts.retrieve_current().id == US


def test_an_account_or_a_key_that_is_taken(fake, us):
    for account, key in ((US, "sk_test_other"), (EU, "sk_test_us"), (EU, "sk_test_home")):
        with pytest.raises(ValueError, match="there already"):
            fake.account(account, key=key)
    assert fake.account(EU).key == "sk_test_of_acct_1EU"


def test_idempotency_keys_are_apart(us, eu):
    made = {sdk(each).v1.customers.create({}, {"idempotency_key": "a"}).id for each in (us, eu)}
    assert len(made) == 2


def test_time_and_faults_are_shared(fake, us, eu):
    fake.now = 1_750_000_000
    us.advance(seconds=5)
    assert eu.create("charge")["created"] == 1_750_000_005
    fake.fail(status=429, account=US)
    assert refusal(lambda: sdk(us).v1.charges.list())[0] == 429
    assert len(sdk(eu).v1.charges.list().data) == 1
    assert [each.account_id for each in fake.requests] == [US, EU]
    assert refusal(lambda: sdk(us, "sk_test_none").v1.charges.list())[0] == 401


# Connected accounts


def test_connected_accounts_are_those_of_one_platform(fake, us, eu):
    us.create("account", id=SELLER)
    us.create("charge", id="ch_seller", account=SELLER)
    assert ids(sdk(us, stripe_account=SELLER).v1.charges.list().data) == ["ch_seller"]
    assert ids(sdk(us).v1.accounts.list().data) == [SELLER]
    assert not sdk(us).v1.charges.list().data
    for other in (fake, eu):
        client = sdk(other, stripe_account=SELLER)
        assert refusal(client.v1.charges.list) == (403, "account_invalid")
        assert refusal(partial(sdk(other).v1.accounts.retrieve, SELLER))[0] == 404
        assert not sdk(other).v1.accounts.list().data
    client = sdk(us, stripe_account=EU)
    assert refusal(lambda: client.v1.charges.list()) == (403, "account_invalid")


def test_the_own_id_and_the_context_name_the_account(us):
    us.create("charge", id="ch_own")
    us.create("charge", id="ch_seller", account=SELLER)
    for header in ("stripe_account", "stripe_context"):
        for account, expected in ((US, "ch_own"), (SELLER, "ch_seller")):
            client = sdk(us, **{header: account})
            assert ids(client.v1.charges.list().data) == [expected]
            assert client.v1.accounts.retrieve_current().id == account
    client = sdk(us, stripe_context="acct_1None")
    assert refusal(lambda: client.v1.charges.list()) == (403, "account_invalid")


def test_persons_are_found_by_their_own_platform(us, eu):
    us.create("account", id=SELLER)
    person = us.create("person", within=SELLER)["id"]
    assert ids(sdk(us).v1.accounts.persons.list(SELLER).data) == [person]
    assert refusal(lambda: sdk(eu).v1.accounts.persons.list(SELLER))[0] == 404
    us.add({"id": "person_1", "object": "person", "account": SELLER}, account=SELLER)
    assert sdk(us).v1.accounts.persons.retrieve(SELLER, "person_1").id == "person_1"
    assert refusal(lambda: sdk(eu).v1.accounts.persons.retrieve(SELLER, "person_1"))[0] == 404


def test_a_connected_account_is_deauthorized(us):
    us.create("account", id=SELLER)
    us.create("charge", id="ch_1", account=SELLER)
    us.webhooks()
    event = us.deauthorize(SELLER)
    assert events(us) == [event]
    assert (event["type"], event["account"]) == ("account.application.deauthorized", SELLER)
    assert event["data"]["object"]["object"] == "application"
    client = sdk(us, stripe_account=SELLER)
    assert refusal(lambda: client.v1.charges.list()) == (403, "account_invalid")
    assert refusal(lambda: sdk(us).v1.accounts.retrieve(SELLER)) == (403, "account_invalid")
    assert refusal(lambda: sdk(us).v1.accounts.persons.list(SELLER)) == (403, "account_invalid")
    assert not sdk(us).v1.accounts.list().data
    us.update("ch_1", description="later")
    assert not us.webhooks()
    with pytest.raises(LookupError, match="not connected"):
        us.deauthorize(SELLER)
    us.connect(SELLER)
    assert ids(client.v1.charges.list().data) == ["ch_1"]
    assert ids(sdk(us).v1.accounts.list().data) == [SELLER]


def test_a_deauthorization_between_two_pages(fake, us):
    for number in range(3):
        us.create("charge", id=f"ch_{number}", created=number, account=SELLER)

    def disconnect(request):
        if "starting_after" in request.params:
            us.deauthorize(SELLER)

    fake.before_answers(disconnect)
    pages = sdk(us, stripe_account=SELLER).v1.charges.list({"limit": 2}).auto_paging_iter()
    assert refusal(lambda: list(pages)) == (403, "account_invalid")


def test_a_connected_account_may_refuse_everything(fake, us):
    fake.fail(status=403, account=SELLER)
    us.create("charge", id="ch_1", account=SELLER)
    us.create("charge", id="ch_2")
    assert refusal(sdk(us, stripe_account=SELLER).v1.charges.list)[0] == 403
    assert ids(sdk(us).v1.charges.list().data) == ["ch_2"]


def test_an_account_with_a_key_that_is_connected_as_well(fake, us, eu):
    us.create("charge", id="ch_us")
    fake.connect(us)
    eu.connect(fake)
    fake.create("charge", id="ch_home")
    client = sdk(fake, stripe_account=US)
    assert ids(client.v1.charges.list().data) == ["ch_us"]
    assert client.v1.accounts.retrieve_current().id == US
    assert ids(sdk(fake).v1.accounts.list().data) == [US]
    assert ids(sdk(eu, stripe_account=fake.account_id).v1.charges.list().data) == ["ch_home"]
    made = fake.create("charge", account=US)["id"]
    assert us.get(made)["id"] == made
    for account in (fake, us):
        account.webhooks()
    us.update("ch_us", description="D")
    [seen], [own] = events(fake), events(us)
    assert seen == {**own, "account": US, "context": US}
    assert not own.keys() & {"account", "context"}
    fake.deauthorize(US)
    assert refusal(lambda: client.v1.charges.list()) == (403, "account_invalid")
    assert ids(sdk(us).v1.charges.list().data) == [made, "ch_us"]


# Organizations


@pytest.fixture
def organization(fake, us, eu):
    return fake.organization("sk_org_test_1", us, eu)


def test_an_organization_s_key_reaches_its_accounts(organization, fake, us, eu):
    for account in (us, eu):
        account.create("charge", id=f"ch_{account.account_id}")
        client = sdk(fake, organization.key, stripe_context=account.account_id)
        assert ids(client.v1.charges.list().data) == [f"ch_{account.account_id}"]
        assert client.v1.accounts.retrieve_current().id == account.account_id
    us.create("charge", id="ch_seller", account=SELLER)
    client = sdk(fake, organization.key, stripe_context=f"{US}/{SELLER}")
    assert ids(client.v1.charges.list().data) == ["ch_seller"]
    assert client.v1.accounts.retrieve_current().id == SELLER


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (400, None)),
        ({"stripe_account": US}, (400, None)),
        ({"stripe_context": "acct_1Other"}, (403, "account_invalid")),
        ({"stripe_context": "acct_0000000000000000"}, (403, "account_invalid")),
        ({"stripe_context": f"{EU}/{SELLER}"}, (403, "account_invalid")),
        ({"stripe_context": SELLER}, (403, "account_invalid")),
    ],
)
def test_an_organization_s_key_needs_the_context(options, expected, organization, fake, us):
    us.create("account", id=SELLER)
    client = sdk(fake, organization.key, **options)
    assert refusal(lambda: client.v1.charges.list()) == expected


def test_an_organization_s_key_needs_the_version(organization, fake, us):
    headers = {"Authorization": f"Bearer {organization.key}", "Stripe-Context": US}
    status = {}
    for version in ("", stripe.api_version):
        sent = headers | ({"Stripe-Version": version} if version else {})
        _, status[version], _ = fake.http_client.request("get", "/v1/charges", sent)
    assert status == {"": 400, stripe.api_version: 200}


def test_modes_and_members_of_an_organization(organization, fake, us, eu):
    fake.organization("sk_org_live_1", us)
    us.create("charge", id="ch_live", livemode=True)
    client = sdk(fake, "sk_org_live_1", stripe_context=US)
    assert ids(client.v1.charges.list().data) == ["ch_live"]
    organization.accounts.remove(eu)
    client = sdk(fake, organization.key, stripe_context=EU)
    assert refusal(lambda: client.v1.charges.list()) == (403, "account_invalid")
    with pytest.raises(ValueError, match="already"):
        fake.organization("sk_test_us", eu)
    assert "sk_org" not in repr(organization)


# Events


def test_events_are_those_of_the_account_and_of_those_connected_to_it(fake, us, eu):
    own = us.create("customer")["id"]
    theirs = us.create("customer", account=SELLER)["id"]
    first, second = events(us)
    assert (first["data"]["object"]["id"], first.get("account")) == (own, None)
    assert (second["data"]["object"]["id"], second["account"]) == (theirs, SELLER)
    assert not fake.webhooks()
    assert not eu.webhooks()
    assert ids(sdk(us).v1.events.list().data) == [first["id"]]
    assert ids(sdk(us, stripe_account=SELLER).v1.events.list().data) == [second["id"]]
    assert not sdk(eu).v1.events.list().data


def test_thin_events_name_connected_accounts(us):
    us.create("v2.core.account")
    us.create("v2.core.account", account=SELLER)
    own, theirs = events(us)
    assert (own["context"], theirs["context"]) == (None, SELLER)
    assert us.get(theirs["id"])["context"] == SELLER


def test_webhooks_are_signed_with_the_secret_of_their_account(fake, us, eu):
    secrets = {fake.webhook_secret, us.webhook_secret, eu.webhook_secret}
    assert len(secrets) == 3
    eu.create("customer")
    [delivery] = eu.webhooks()
    signature = delivery.headers["Stripe-Signature"]
    assert stripe.Webhook.construct_event(delivery.body, signature, eu.webhook_secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, signature, us.webhook_secret)


class Client:
    """Like Django's test client; keeps what it is sent."""

    def __init__(self, status=200):
        self.status, self.bodies = status, []

    def post(self, path, body, **options):
        self.bodies.append(RequestFactory().post(path, body, **options).body)
        return type("Response", (), {"status_code": self.status})


def test_a_delivery_of_one_account_leaves_the_others(us, eu):
    for account in (us, eu):
        account.create("customer")
    client = Client(500)
    us.deliver(client, "/hook/")
    client.status = 200
    us.deliver(client, "/hook/")
    assert (len(client.bodies), us.webhooks()) == (2, ())
    assert len(eu.webhooks()) == 1


def test_each_account_delivers_to_its_own_endpoints(fake, us):
    with receiving() as receiver:
        params = {"url": receiver.url, "enabled_events": ["*"]}
        mine = sdk(us).v1.webhook_endpoints.create(params)
        connect = sdk(us).v1.webhook_endpoints.create({**params, "connect": True})
        fake.create("webhook_endpoint", **params)
        with us.delivering() as deliveries, fake.delivering() as of_the_first:
            own = us.create("customer")["id"]
            deliveries.wait(10)
            theirs = us.create("customer", account=SELLER)["id"]
            deliveries.wait(10)
        assert not of_the_first.attempts
        events = list(zip(receiver.bodies, receiver.headers, strict=True))
    for (body, headers), endpoint, id, account in zip(
        events, (mine, connect), (own, theirs), (None, SELLER), strict=True
    ):
        signature = headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
        assert (event.data.object.id, event.to_dict().get("account")) == (id, account)
    assert not us.webhooks()


def test_a_business_in_another_account(fake, us):
    shop = Business(us, seed=3)
    shop.subscribe(shop.customer(), "solo-monthly")
    assert len(sdk(us).v1.subscriptions.list().data) == 1
    assert not sdk(fake).v1.subscriptions.list().data
    assert not fake.webhooks()


# Ways in


def test_installed_by_an_account(fake, us, eu):
    us.create("customer", id="cus_us")
    eu.create("customer", id="cus_eu")
    with us.installed() as same:
        assert same is us
        assert package_settings.api_key == us.key
        assert stripe.Customer.retrieve("cus_us").id == "cus_us"
        assert stripe.Customer.retrieve("cus_eu", api_key=eu.key).id == "cus_eu"
        assert stripe.StripeClient(eu.key).v1.customers.retrieve("cus_eu").id == "cus_eu"
        assert refusal(lambda: stripe.Customer.retrieve("cus_us", api_key="sk_test_x"))[0] == 401
    assert package_settings.api_key != us.key


def test_two_fakes_at_once():
    europe, america = FakeStripe(key="sk_test_eu"), FakeStripe(key="sk_test_us")
    europe.create("plan", id="gold", amount=1)
    america.create("plan", id="gold", amount=2)

    def amount(key):
        return stripe.StripeClient(key).v1.plans.retrieve("gold").amount

    with europe.installed():
        outer = stripe.StripeClient(europe.key)
        with america.installed():
            assert package_settings.api_key == america.key
            assert (amount(europe.key), amount(america.key)) == (1, 2)
            assert outer.v1.plans.retrieve("gold").amount == 1
        assert package_settings.api_key == europe.key
        assert amount(europe.key) == 1
        assert refusal(lambda: amount(america.key))[0] == 401


def test_one_address_over_http(fake, us, eu, organization, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for account in (us, eu):
        account.create("plan", id="gold", nickname=account.account_id)
    with fake.serving() as url:

        def nickname(key, **options):
            client = stripe.StripeClient(key, base_addresses={"api": url}, **options)
            return client.v1.plans.retrieve("gold").nickname

        assert (nickname(us.key), nickname(eu.key)) == (US, EU)
        assert nickname(organization.key, stripe_context=EU) == EU
        assert refusal(lambda: nickname("sk_test_x"))[0] == 401
