"""Searches of FakeStripe, which lag as Stripe's do."""

import pytest
import stripe

from stripe_django.testing import FakeStripe

NOON = 1_750_000_000


@pytest.fixture
def fake():
    found = FakeStripe()
    found.now = NOON
    return found


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client)


def ids(found):
    return [each["id"] for each in found]


CUSTOMERS = [
    {
        "id": "cus_ann",
        "name": "Ann Archer",
        "email": "ann@example.com",
        "metadata": {"plan": "gold"},
    },
    {"id": "cus_bob", "name": 'Bob "B" Baker', "email": "bob@example.org", "metadata": {}},
    {"id": "cus_nil", "name": None, "email": None, "metadata": {"plan": "lead"}},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('email:"ann@example.com"', "ann"),
        ("email:'ANN@example.com'", "ann"),
        ('email:"ann"', ""),
        ('email~"example"', "ann bob"),
        ('name~"archer" AND email~"example"', "ann"),
        ('name~"archer" email~"example.org"', ""),
        ('name~"archer" OR email~"example.org"', "ann bob"),
        ('name:"Bob \\"B\\" Baker"', "bob"),
        ('metadata["plan"]:"gold"', "ann"),
        ("metadata['plan']:null", "bob"),
        ('-metadata["plan"]:null', "ann nil"),
        ('-email~"example"', "nil"),
        ("email:null", "nil"),
        ("created>2", "nil"),
        ("created>=2 created<3", "bob"),
        ("created<=1", "ann"),
        ("created:2", "bob"),
    ],
)
def test_queries(query, expected, fake, sdk):
    for number, each in enumerate(CUSTOMERS, 1):
        fake.add({"object": "customer", "created": number, **each})
    found = sdk.v1.customers.search({"query": query})
    assert sorted(ids(found.data)) == [f"cus_{each}" for each in expected.split()]
    assert (found.object, found.has_more, found.next_page) == ("search_result", False, None)
    assert found.url == "/v1/customers/search"


@pytest.mark.parametrize(
    ("name", "values", "query"),
    [
        ("charge", {"amount": 50, "refunded": True}, 'amount>=50 AND refunded:"true"'),
        ("charge", {"customer": "cus_1"}, 'customer:"cus_1"'),
        (
            "charge",
            {"payment_method_details": {"type": "card", "card": {"last4": "4242"}}},
            'payment_method_details.card.last4:"4242"',
        ),
        ("invoice", {"total": 7, "number": "N-1"}, 'total<8 number:"N-1"'),
        (
            "invoice",
            {"parent": {"subscription_details": {"subscription": "sub_1"}}},
            'subscription:"sub_1"',
        ),
        ("subscription", {"status": "canceled"}, 'status:"canceled"'),
        ("price", {"lookup_key": "gold", "active": False}, "lookup_key:'gold' active:'false'"),
        ("product", {"name": "Tea pot", "active": True}, "name~'tea' AND active:true"),
        ("payment_intent", {"amount": 5, "currency": "eur"}, 'amount:5 AND currency:"EUR"'),
    ],
)
def test_every_object_that_can_be_searched(name, values, query, fake, sdk):
    fake.search_lag = 0
    made = fake.create(name, **values)
    fake.create(name, **{"active": True} if name == "price" else {"metadata": {}})
    path = f"/v1/{name}s/search"
    body = sdk.raw_request("get", path, query=f"({query})"[1:-1]).data
    assert body["data"][-1]["id"] == made["id"]
    other = sdk.raw_request("get", path, query='metadata["none"]:"x"').data
    assert not other["data"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "email",
        "email:ann",
        'email:"ann',
        'colour:"red"',
        'metadata:"x"',
        'email["x"]:"y"',
        'email~"an"',
        'created>"soon"',
        'email:"a" AND name:"b" OR name:"c"',
        'email:"a" AND',
        'AND email:"a"',
        '(email:"a")',
    ],
)
def test_what_is_no_query(query, fake, sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.search({"query": query})
    assert (caught.value.http_status, caught.value.param) == (400, "query")


def test_a_search_needs_a_query(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.search({})
    assert caught.value.code == "parameter_missing"


def test_pages(fake, sdk):
    for number in range(25):
        fake.add({"id": f"cus_{number:02}", "object": "customer", "created": number})
    params = {"query": "created>=1"}
    expected = [f"cus_{number:02}" for number in range(24, 0, -1)]
    first = sdk.v1.customers.search(params)
    assert (ids(first.data), first.has_more) == (expected[:10], True)
    assert ids(sdk.v1.customers.search(params).auto_paging_iter()) == expected
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.search({**params, "page": "nonsense"})
    assert caught.value.param == "page"


def test_results_are_a_minute_behind(fake, sdk):
    def found():
        return [each.name for each in sdk.v1.customers.search({"query": "created>0"}).data]

    fake.create("customer", id="cus_1", name="Ann")
    assert found() == []
    fake.advance(seconds=59)
    assert found() == []
    fake.advance(seconds=1)
    assert found() == ["Ann"]
    fake.update("cus_1", name="Ada")
    assert found() == ["Ann"]
    fake.advance(seconds=60)
    assert found() == ["Ada"]
    fake.delete("cus_1")
    assert found() == ["Ada"]
    fake.advance(seconds=60)
    assert found() == []


def test_a_change_is_found_by_what_was_true_then(fake, sdk):
    fake.create("customer", id="cus_1", name="Annabel")
    fake.advance(minutes=5)
    fake.update("cus_1", name="Ada")
    assert ids(sdk.v1.customers.search({"query": "name:'Annabel'"}).data) == ["cus_1"]
    assert not sdk.v1.customers.search({"query": "name:'Ada'"}).data


def test_the_lag_can_be_set(fake, sdk):
    fake.search_lag = 3
    fake.create("customer", id="cus_1", email="ann@example.com")
    fake.advance(seconds=2)
    assert not sdk.v1.customers.search({"query": "created>0"}).data
    fake.advance(seconds=1)
    assert len(sdk.v1.customers.search({"query": "created>0"}).data) == 1


def test_accounts_are_apart_and_results_expand(fake, sdk):
    fake.add({"id": "acct_1", "object": "account"})
    fake.add({"id": "cus_1", "object": "customer", "created": 1})
    fake.add({"id": "ch_1", "object": "charge", "created": 1, "customer": "cus_1"})
    fake.add({"id": "ch_2", "object": "charge", "created": 1}, account="acct_1")
    params = {"query": "created>0", "expand": ["data.customer"]}
    [found] = sdk.v1.charges.search(params).data
    assert (found.id, found.customer.id) == ("ch_1", "cus_1")
    [theirs] = sdk.v1.charges.search({"query": "created>0"}, {"stripe_account": "acct_1"}).data
    assert theirs.id == "ch_2"
