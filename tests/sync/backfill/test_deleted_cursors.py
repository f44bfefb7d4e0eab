"""Objects that are deleted at Stripe while a list is read: the next page would start after one, or
the list is that of one.
"""

import pytest

from stripe_django.models import (
    Card,
    Coupon,
    Customer,
    CustomerBalanceTransaction,
    Person,
    SyncRun,
    V2CoreAccount,
)
from tests.sync.backfill.test_checkpoints import ids, stopped, sync
from tests.sync.backfill.test_engine import add_sources, card, customer

pytestmark = pytest.mark.django_db


def coupons(count):
    return [
        {"id": f"co_{number:03}", "object": "coupon", "created": 1_000 + number}
        for number in range(count)
    ]


def delete_once(fake, param, choose):
    """Before the first request with this parameter, delete what ``choose`` returns for its value;
    returns the ids.
    """
    gone = []

    def delete(request):
        after = request.params.get(param)
        if after and not gone:
            gone.extend(choose(after))
            for each in gone:
                fake.delete(each, stub=False)

    fake.before_answers(delete)
    return gone


def newer(count):
    """The coupon itself and so many before it in the list."""
    return lambda after: [f"co_{int(after[3:]) + step:03}" for step in range(count + 1)]


@pytest.mark.parametrize("before", [0, 1, 3, 40, 98, 99])
@pytest.mark.parametrize("workers", [1, 8])
def test_the_object_that_a_page_starts_after(before, workers, fake_stripe):
    fake_stripe.add(*coupons(350))
    gone = delete_once(fake_stripe, "starting_after", newer(before))
    done = sync(Coupon, workers=workers)
    assert [run.status for run in done.runs] == ["done"]
    assert len(gone) == before + 1
    assert set(ids(Coupon)) >= {each["id"] for each in coupons(350)} - {*gone}


def test_a_run_is_resumed_where_an_object_was_deleted(fake_stripe):
    fake_stripe.add(*coupons(350))
    run = stopped(1, Coupon, workers=1)
    [name, after, *fallbacks] = run.ranges.get().cursor
    assert (name, len(fallbacks)) == ("starting_after", 8)
    for each in (after, fallbacks[0]):
        fake_stripe.delete(each, stub=False)
    done = sync(Coupon)
    assert (done.is_resumed, SyncRun.objects.get().status) == (True, "done")
    assert len(ids(Coupon)) >= 348
    first = fake_stripe.asked("/v1/coupons")[3]
    assert first.params["starting_after"] == fallbacks[1]


def test_a_run_is_resumed_where_a_whole_page_was_deleted(fake_stripe):
    fake_stripe.add(*coupons(250))
    run = stopped(1, Coupon, workers=1)
    [_, after, *_] = run.ranges.get().cursor
    for each in newer(99)(after):
        fake_stripe.delete(each, stub=False)
    assert sync(Coupon).is_resumed
    assert ids(Coupon)[:150] == [each["id"] for each in coupons(150)]
    assert SyncRun.objects.get().status == "done"


def test_a_server_that_refuses_every_cursor(fake_stripe):
    fake_stripe.add(*coupons(250))
    gone = {"error": {"code": "resource_missing", "param": "starting_after", "message": "Gone."}}
    fake_stripe.answer(gone, status=400, path="/v1/coupons", having="starting_after")
    done = sync(Coupon)
    assert [run.status for run in done.runs] == ["failed"]
    assert "Gone" in done.runs[0].error
    assert len(fake_stripe.requests) < 50


def test_the_rest_of_a_nested_list(fake_stripe):
    fake_stripe.add(customer("a"))
    add_sources(fake_stripe, map(card, range(25)))
    gone = delete_once(fake_stripe, "starting_after", lambda after: [after])
    done = sync(Customer)
    assert not done.runs[0].report.failures
    assert set(ids(Card)) >= {card(number)["id"] for number in range(25)} - {*gone}
    assert gone


BALANCE = "/v1/customers/{}/balance_transactions"


def entries(fake, owner, count):
    for number in range(count):
        values = {"id": f"cbtxn_{owner}_{number:03}", "object": "customer_balance_transaction"}
        fake.add({**values, "customer": customer(owner)["id"]}, within=customer(owner)["id"])


def test_the_owner_of_a_list(fake_stripe):
    fake_stripe.add(customer("a"), customer("b"), customer("c"))
    for owner in "abc":
        entries(fake_stripe, owner, 2)
    sync(Customer)
    fake_stripe.delete(customer("b")["id"], stub=False)
    done = sync(CustomerBalanceTransaction)
    assert [run.status for run in done.runs] == ["done"]
    assert len(ids(CustomerBalanceTransaction)) == 4


def test_every_owner_of_a_list(fake_stripe):
    fake_stripe.add({"id": "acct_1", "object": "account"})
    sync()
    fake_stripe.delete("acct_1", stub=False)
    done = sync(Person)
    assert [run.status for run in done.runs if run.model is Person] == ["done"]


@pytest.mark.parametrize("param", ["customer", "id"])
@pytest.mark.parametrize("status", [400, 404])
def test_the_owner_of_a_list_whatever_names_it(status, param, fake_stripe):
    fake_stripe.add(customer("a"), customer("b"))
    entries(fake_stripe, "a", 1)
    sync(Customer)
    gone = {"error": {"code": "resource_missing", "param": param, "message": "No such customer."}}
    fake_stripe.answer(gone, status=status, path=BALANCE.format(customer("b")["id"]))
    done = sync(CustomerBalanceTransaction)
    assert [run.status for run in done.runs] == ["done"]
    assert len(ids(CustomerBalanceTransaction)) == 1


def test_the_object_that_a_page_of_an_owner_starts_after(fake_stripe):
    fake_stripe.add(customer("a"), customer("b"))
    entries(fake_stripe, "a", 150)
    entries(fake_stripe, "b", 1)
    sync(Customer)
    gone = delete_once(fake_stripe, "starting_after", lambda after: [after])
    done = sync(CustomerBalanceTransaction)
    assert [run.status for run in done.runs] == ["done"]
    assert gone
    assert len(ids(CustomerBalanceTransaction)) == 151


@pytest.mark.parametrize("error", [{"code": "not_found"}, {"code": "invalid", "param": "page"}])
def test_a_page_of_version_two(error, fake_stripe):
    accounts = [{"id": f"acct_{n:03}", "object": "v2.core.account"} for n in range(150)]
    fake_stripe.add(*accounts)
    refused = {"error": {"message": "This page has expired.", **error}}
    fake_stripe.answer(refused, status=404, path="/v2/core/accounts", having="page", times=1)
    done = sync(V2CoreAccount)
    assert [run.status for run in done.runs] == ["done"]
    assert len(ids(V2CoreAccount)) == 150
