"""Filling the tables from a fake Stripe over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime
from operator import methodcaller

import pytest
import stripe

from stripe_django.exceptions import MissingKeyError, WrongHomeError
from stripe_django.models import (
    Account,
    Balance,
    BalanceSettings,
    Card,
    Charge,
    Coupon,
    Customer,
    Event,
    Home,
    Plan,
    Subscription,
    TaxSettings,
    Transfer,
    TransferReversal,
)
from stripe_django.sync.backfill import engine
from stripe_django.sync.backfill.list_endpoints import listable
from stripe_django.sync.backfill.progress import Observer, Status
from stripe_django.sync.writer.precedence import Outcome

pytestmark = pytest.mark.django_db

ACCOUNT = "acct_connected"


def charge(number, **values):
    values = {"amount": 100 + number, "created": 1_000 + number, **values}
    return {"id": f"ch_{number:020}", "object": "charge", "livemode": False, **values}


def customer(name, **values):
    return {"id": f"cus_{name:0>20}", "object": "customer", "livemode": False, **values}


def card(number, **values):
    return {"id": f"card_{number:020}", "object": "card", "brand": "Visa", **values}


SOURCES = f"/v1/customers/{customer('a')['id']}/sources"


def page(members):
    """A list inside an object, with everything that is in it."""
    return {"object": "list", "data": list(members), "has_more": False, "url": "/v1/here"}


def add_sources(fake, members):
    """What Stripe shows among the customer's ``sources``, on request."""
    fake.add(*reversed(list(members)), within=customer("a")["id"])


def reversal(number, **values):
    return {"id": f"trr_{number:020}", "object": "transfer_reversal", "amount": number, **values}


def transfer(**values):
    return {"id": "tr_1", "object": "transfer", "livemode": False, **values}


def run(*models, **options):
    """The runs by model."""
    found = engine.run(models or listable(), **options)
    return {each.model: each for each in found}


def outcomes(found):
    """The counts of all runs together."""
    counts = dict.fromkeys(Outcome, 0)
    for each in found.values():
        for (_, outcome), count in each.report.counts.items():
            counts[outcome] += count
    return {str(outcome): count for outcome, count in counts.items() if count}


def ids(model):
    return sorted(model.objects.values_list("stripe_id", flat=True))


# Everything arrives


def business(fake):
    fake.add(*map(charge, range(205)))
    fake.add(customer("a"), customer("b", balance=7))
    fake.add({"id": "gold", "object": "coupon", "percent_off": 12.5})
    fake.add({"id": "basic", "object": "plan", "amount": 900})
    fake.add(
        {"id": "sub_1", "object": "subscription", "status": "active"},
        {"id": "sub_2", "object": "subscription", "status": "canceled"},
    )
    fake.add({"id": ACCOUNT, "object": "account"})


def test_everything_listed_arrives(fake_stripe):
    business(fake_stripe)
    found = run()
    assert {model: each.read for model, each in found.items() if each.read} == {
        Account: 2,
        Balance: 1,
        BalanceSettings: 1,
        Charge: 205,
        Coupon: 1,
        Customer: 2,
        Plan: 1,
        Subscription: 2,
        TaxSettings: 1,
    }
    assert {each.status for each in found.values()} == {Status.DONE}
    assert not any(each.is_failure for each in found.values())
    assert outcomes(found) == {"created": 216}
    assert ids(Charge) == [charge(number)["id"] for number in range(205)]
    assert ids(Account) == sorted([ACCOUNT, fake_stripe.account_id])
    assert ids(Balance) == ["test"]
    assert ids(Subscription) == ["sub_1", "sub_2"]
    [row] = Customer.objects.filter(account_balance=7)
    lists = fake_stripe.asked("/v1/customers")[0].params["expand"]
    assert {"sources", "tax_ids"} <= row.to_stripe().keys() - customer("b", balance=7).keys()
    assert row.to_stripe().keys() - customer("b", balance=7).keys() <= {
        path.removeprefix("data.") for path in lists
    }
    assert row.to_stripe().items() >= customer("b", balance=7).items()
    assert (row.as_of_kind, row.stripe_account, row.livemode) == ("read", "", False)
    assert Home.objects.get().livemode is False


def test_every_list_is_asked_for(fake_stripe):
    run()
    paths = {request.path for request in fake_stripe.requests}
    inside_the_account = {path for path in paths if fake_stripe.account_id in path}
    assert paths - inside_the_account == {
        *(model.stripe.singleton_path for model in listable() if model.stripe.singleton_path),
        *(
            model.stripe.list_path
            for model in listable(with_owners=False)
            if model.stripe.list_path
        ),
    }


def test_subscriptions_that_ended_are_asked_for(fake_stripe):
    run(Subscription)
    assert fake_stripe.requests[0].params["status"] == "all"


def test_the_second_run_changes_nothing(fake_stripe):
    business(fake_stripe)
    run()
    before = {model: list(model.objects.order_by("pk").values()) for model in (Charge, Customer)}
    found = run()
    assert outcomes(found) == {"unchanged": 216}
    for model, rows in before.items():
        for old, new in zip(rows, model.objects.order_by("pk").values(), strict=True):
            assert new["as_of"] > old["as_of"]
            moved = ("as_of", "as_of_from", "as_of_source", "synced_at")
            assert {**old, **dict.fromkeys(moved)} == {**new, **dict.fromkeys(moved)}


def test_a_change_is_an_update(fake_stripe):
    fake_stripe.add(charge(1), charge(2))
    run(Charge)
    fake_stripe.update(charge(1)["id"], amount=7)
    assert outcomes(run(Charge)) == {"updated": 1, "unchanged": 1}
    assert sorted(Charge.objects.values_list("amount", flat=True)) == [7, 102]


def test_only_what_was_created_since(fake_stripe):
    fake_stripe.add(*map(charge, range(5)))
    found = run(Charge, Account, since=datetime.fromtimestamp(1_003, UTC))
    assert found[Charge].read == 2
    assert fake_stripe.asked("/v1/charges")[0].params["created"] == {"gte": "1003"}
    assert "created" not in fake_stripe.asked("/v1/account")[0].params


@pytest.mark.parametrize("param", ["", "created"])
def test_a_server_that_refuses_bounds(param, fake_stripe):
    """A long list is divided, and a short one asked for since a moment."""
    fake_stripe.add(*(charge(number, created=1_700_000_000 + number) for number in range(950)))
    fake_stripe.fail(status=400, message="Unexpected.", param=param, having="created")
    assert (run(Charge)[Charge].status, Charge.objects.count()) == (Status.DONE, 950)
    since = datetime.fromtimestamp(1_700_000_900, UTC)
    assert run(Charge, since=since)[Charge].read == 950


# What goes wrong


def test_a_list_that_fails_midway(fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    fake_stripe.add(*map(charge, range(300)))
    fake_stripe.add(customer("a"))
    fake_stripe.answer("<p>\nBad\n\n</p>" * 99, status=502, path="/v1/charges", after=2)
    found = run(Charge, Customer, workers=1)
    failed = found[Charge]
    assert (failed.status, failed.read, failed.pages) == (Status.FAILED, 200, 2)
    assert failed.is_failure
    assert failed.error.startswith("APIError: ")
    assert "\n" not in failed.error
    assert len(failed.error) < 400
    assert Charge.objects.count() == 200
    assert outcomes({Charge: failed}) == {"created": 200}
    assert (found[Customer].status, found[Customer].read) == (Status.DONE, 1)


def test_a_list_that_begins_again_fails(fake_stripe):
    again = {"data": [charge(number) for number in range(100)], "has_more": True}
    fake_stripe.answer(again, path="/v1/charges")
    found = run(Charge, Coupon)
    assert found[Charge].status is Status.FAILED
    assert len(fake_stripe.asked("/v1/charges")) == 2
    assert Charge.objects.count() == 100
    assert "no usable cursor" in found[Charge].error
    assert found[Coupon].status is Status.DONE


@pytest.mark.parametrize(
    "misbehave",
    [
        methodcaller("answer", "Not here.", status=404, path="/v1/charges"),
        methodcaller("fail", status=403, message="Not for you.", path="/v1/charges"),
    ],
)
def test_what_is_unavailable_is_no_failure(misbehave, fake_stripe):
    misbehave(fake_stripe)
    fake_stripe.add(customer("a"))
    found = run(Charge, Customer)
    assert found[Charge].status is Status.UNAVAILABLE
    assert found[Charge].error
    assert not found[Charge].is_failure
    assert found[Customer].read == 1


def test_a_balance_without_its_name(fake_stripe):
    fake_stripe.answer({"pending": [], "livemode": False}, path="/v1/balance")
    assert not run(Balance)[Balance].is_failure
    assert ids(Balance) == ["test"]


def test_a_balance_that_is_no_object(fake_stripe):
    fake_stripe.answer([7], path="/v1/balance")
    found = run(Balance)[Balance]
    assert (found.status, found.is_failure) == (Status.DONE, True)


def test_connected_accounts_need_connect(fake_stripe):
    message = "Sign up for Connect first."
    fake_stripe.fail(status=400, message=message, path="/v1/accounts")
    found = run(Account)
    assert (found[Account].status, found[Account].read) == (Status.UNAVAILABLE, 1)
    assert ids(Account) == [fake_stripe.account_id]


def test_a_bad_object_does_not_take_its_neighbours_along(fake_stripe):
    bad = [{"id": "x", "object": "unheard_of"}, {"object": "charge"}, charge(7, id=8), "text", None]
    fake_stripe.answer({"data": [charge(1), *bad, charge(2)]}, path="/v1/charges")
    found = run(Charge)[Charge]
    assert (found.status, found.read, found.is_failure) == (Status.DONE, 7, True)
    assert ids(Charge) == [charge(1)["id"], charge(2)["id"]]
    assert outcomes({Charge: found}) == {"created": 2, "failed": 5}
    told = [(each.object_name, each.stripe_id) for each in found.report.failures]
    assert told == [
        ("unheard_of", "x"),
        ("charge", "None"),
        ("charge", "int"),
        ("None", "None"),
        ("None", "None"),
    ]


def test_an_answer_without_a_date_fails(fake_stripe):
    fake_stripe.add(charge(1))
    fake_stripe.send_headers({"Date": None})
    found = run(Charge)[Charge]
    assert found.status is Status.FAILED
    assert "Date" in found.error
    assert not Charge.objects.exists()


def test_a_refused_key_ends_the_run(fake_stripe):
    fake_stripe.key = "sk_test_another"
    observer = Observer()
    with pytest.raises(stripe.AuthenticationError):
        run(observer=observer)
    assert len(observer.runs) == len(fake_stripe.requests) == 1


def test_without_a_key_nothing_begins(settings, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    settings.STRIPE_DJANGO = {}
    with pytest.raises(MissingKeyError):
        run()
    assert not Home.objects.exists()


def test_the_key_of_another_mode_is_refused(fake_stripe, settings):
    run(Charge)
    fake_stripe.requests.clear()
    settings.STRIPE_DJANGO |= {"API_KEY": "rk_live_other"}
    with pytest.raises(WrongHomeError):
        run(Charge)
    assert fake_stripe.requests == []


def test_an_observer_is_told(fake_stripe):
    class Telling(Observer):
        said = []

        def page(self, run):
            self.said.append((run.model, run.read))

        def ended(self, run):
            self.said.append((run.model, run.status))

    fake_stripe.add(*map(charge, range(101)))
    run(Charge, Coupon, observer=Telling(), workers=1)
    assert Telling.said == [
        (Charge, 100),
        (Coupon, 0),
        (Coupon, Status.DONE),
        (Charge, 101),
        (Charge, Status.DONE),
    ]


# Lists inside objects


def test_nested_lists_are_completed(fake_stripe):
    cards = list(map(card, range(115)))
    reversals = list(map(reversal, range(12)))
    fake_stripe.add(customer("a"), transfer(reversals=page(reversals)))
    add_sources(fake_stripe, cards)
    found = run(Customer, Transfer)
    assert ids(Card) == [each["id"] for each in cards]
    assert set(Card.objects.values_list("customer_id", flat=True)) == {customer("a")["id"]}
    assert set(Card.objects.values_list("as_of_kind", flat=True)) == {"read"}
    assert set(TransferReversal.objects.values_list("transfer_id", flat=True)) == {"tr_1"}
    assert TransferReversal.objects.count() == 12
    assert found[Customer].read == 1
    assert outcomes({Customer: found[Customer]}) == {"created": 116}
    rest = fake_stripe.asked(f"/v1/customers/{customer('a')['id']}/sources")
    assert [request.params["starting_after"] for request in rest] == [
        cards[9]["id"],
        cards[109]["id"],
    ]
    assert outcomes(run(Customer, Transfer)) == {"unchanged": 116 + 13}


def test_what_left_a_long_nested_list_is_deleted(fake_stripe, settings):
    cards = list(map(card, range(115)))
    fake_stripe.add(customer("a"), customer("b", sources=page([card(200)])))
    add_sources(fake_stripe, cards)
    run(Customer)
    fake_stripe.advance(minutes=1)
    gone = {cards[number]["id"] for number in (3, 60, 114)}
    for each in gone:
        fake_stripe.delete(each, stub=False)
    found = run(Customer)
    assert not found[Customer].is_failure
    assert (
        set(Card.objects.filter(deleted_at__isnull=False).values_list("stripe_id", flat=True))
        == gone
    )
    settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
    fake_stripe.advance(minutes=1)
    fake_stripe.delete(cards[4]["id"], stub=False)
    run(Customer)
    assert Card.objects.filter(deleted_at__isnull=False).count() == len(gone)


def test_what_left_a_long_nested_list_that_is_refused_stays(fake_stripe):
    cards = list(map(card, range(15)))
    fake_stripe.add(customer("a"))
    add_sources(fake_stripe, cards)
    run(Customer)
    fake_stripe.advance(minutes=1)
    fake_stripe.delete(cards[3]["id"], stub=False)
    fake_stripe.fail(status=400, path=SOURCES)
    assert run(Customer)[Customer].is_failure
    assert not Card.objects.filter(deleted_at__isnull=False).exists()


def test_a_short_nested_list_needs_no_request(fake_stripe):
    fake_stripe.add(customer("a"))
    add_sources(fake_stripe, [card(1)])
    run(Customer)
    assert len(fake_stripe.requests) == 1
    assert Card.objects.get().customer.stripe_id == customer("a")["id"]


@pytest.mark.parametrize(("expand", "kind"), [(["data.customer"], "read"), ([], "")])
def test_what_was_asked_for_is_as_fresh_as_the_read(expand, kind, fake_stripe, monkeypatch):
    monkeypatch.setattr(Charge, "stripe", replace(Charge.stripe, list_params={"expand": expand}))
    fake_stripe.add(charge(1, customer=customer("a")))
    run(Charge)
    assert Customer.objects.get().as_of_kind == kind


def test_other_things_among_the_cards(fake_stripe):
    bank = {"object": "bank_account", "customer": customer("b", email="b@example.com")}
    members = [card(n) if n % 2 else {"id": f"ba_{n}", **bank} for n in range(14)]
    fake_stripe.add(customer("a"))
    add_sources(fake_stripe, members)
    found = run(Customer)
    assert not found[Customer].is_failure
    assert ids(Card) == [card(n)["id"] for n in range(14) if n % 2]
    assert Customer.objects.get(stripe_id=customer("b")["id"]).as_of is None


@pytest.mark.parametrize(
    "misbehave",
    [
        methodcaller("fail", status=400, message="No limit here.", param="limit", path=SOURCES),
        methodcaller("fail", status=400, message="Not here.", path=SOURCES),
        methodcaller("answer", "Not here.", status=404, path=SOURCES),
        methodcaller("answer", {"data": [card(3)], "has_more": True}, path=SOURCES),
    ],
)
def test_a_nested_list_that_is_refused(misbehave, fake_stripe):
    cards = list(map(card, range(11)))
    fake_stripe.add(customer("a"), *(customer(number) for number in range(150)))
    add_sources(fake_stripe, cards)
    misbehave(fake_stripe)
    found = run(Customer)[Customer]
    assert (found.status, found.read, found.is_failure) == (Status.DONE, 151, True)
    assert Customer.objects.count() == 151
    assert ids(Card) == [each["id"] for each in cards[:10]]
    [failure] = found.report.failures
    assert (failure.object_name, failure.stripe_id) == ("customer", customer("a")["id"])
    assert "only the beginning of sources was read" in failure.error


def test_what_was_written_counts_when_a_nested_list_breaks(fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    fake_stripe.add(customer("a"))
    add_sources(fake_stripe, map(card, range(11)))
    fake_stripe.cut(path=SOURCES)
    found = run(Customer)
    assert found[Customer].status is Status.FAILED
    assert outcomes(found) == {"created": 11}


# On behalf of a connected account


def test_a_connected_account(fake_stripe):
    gold = {"id": "gold", "object": "coupon", "livemode": False}
    sold = charge(1, customer="chosen")
    chosen = {**customer(""), "id": "chosen", "sources": page(map(card, range(11)))}
    fake_stripe.add(gold)
    fake_stripe.add(gold, account=ACCOUNT)
    fake_stripe.add(sold, account=ACCOUNT)
    fake_stripe.add(chosen, account=ACCOUNT)
    fake_stripe.add({"object": "balance", "livemode": False}, account=ACCOUNT)
    run(Coupon, Charge, Balance)
    run(Coupon, Charge, Customer, Balance, account=ACCOUNT)
    assert ids(Coupon) == [f"{ACCOUNT}:test:gold", "gold"]
    assert ids(Balance) == [f"{ACCOUNT}:test", "test"]
    other = Coupon.objects.get(stripe_account=ACCOUNT)
    assert (other.api_id, other.to_stripe()) == ("gold", gold)
    row = Charge.objects.get()
    assert (row.stripe_account, row.stripe_id) == (ACCOUNT, sold["id"])
    assert row.customer.stripe_id == row.customer_id == f"{ACCOUNT}:test:chosen"
    assert row.to_stripe() == sold
    assert set(Card.objects.values_list("customer_id", "stripe_account")) == {
        (f"{ACCOUNT}:test:chosen", ACCOUNT)
    }
    assert Card.objects.count() == 11


def test_events_are_stored_and_their_objects_are_not_applied(fake_stripe):
    event = {"id": "evt_1", "object": "event", "type": "charge.updated", "created": 5}
    fake_stripe.add({**event, "data": {"object": charge(1)}})
    run(Event)
    assert ids(Event) == ["evt_1"]
    assert not Charge.objects.exists()
