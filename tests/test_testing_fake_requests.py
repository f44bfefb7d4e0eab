"""Requests to FakeStripe: their ids, idempotency keys, and what happens before answers."""

import json
import threading

import pytest
import stripe

from stripe_django.testing import FakeStripe


@pytest.fixture
def fake():
    return FakeStripe()


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client)


ONCE = {"idempotency_key": "once"}


def customers(fake):
    return [each.event for each in fake.webhooks()]


# Idempotency keys


def test_a_repeated_request_gets_the_first_answer(fake, sdk):
    first = sdk.v1.customers.create({"name": "Ann"}, ONCE)
    fake.update(first.id, name="Ada")
    again = sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert again.to_dict() == first.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert again.last_response.request_id != first.last_response.request_id
    assert len(sdk.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda sdk: sdk.v1.customers.create({"name": "Ada"}, ONCE),
        lambda sdk: sdk.v1.products.create({"name": "Ann"}, ONCE),
    ],
)
def test_a_key_of_another_request_is_refused(ask, sdk):
    sdk.v1.customers.create({"name": "Ann"}, ONCE)
    with pytest.raises(stripe.IdempotencyError) as caught:
        ask(sdk)
    assert caught.value.http_status == 400
    assert "Idempotent-Replayed" not in caught.value.headers


def test_a_refusal_is_repeated_once_the_request_was_carried_out(fake, sdk):
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            sdk.v1.customers.update("cus_1", {"name": "Ann"}, ONCE)
        fake.add({"id": "cus_1", "object": "customer"})
    assert caught.value.http_status == 404
    assert caught.value.headers["Idempotent-Replayed"] == "true"


def test_a_request_that_was_not_carried_out_is_not_repeated(fake, sdk):
    with pytest.raises(stripe.InvalidRequestError, match="colour"):
        sdk.v1.customers.create({"colour": "red"}, ONCE)
    assert sdk.v1.customers.create({"name": "Ann"}, ONCE).name == "Ann"


def test_a_failure_before_anything_was_done_is_not_repeated(fake, sdk):
    fake.fail(status=500, times=1)
    with pytest.raises(stripe.APIError):
        sdk.v1.customers.create({"name": "Ann"}, ONCE)
    created = sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert "Idempotent-Replayed" not in created.last_response.headers


def test_keys_are_apart_by_account_and_expire(fake, sdk):
    fake.create("account", id="acct_1")
    first = sdk.v1.customers.create({}, ONCE)
    assert sdk.v1.customers.create({}, {**ONCE, "stripe_account": "acct_1"}).id != first.id
    fake.advance(hours=23)
    assert sdk.v1.customers.create({}, ONCE).id == first.id
    fake.advance(hours=2)
    assert sdk.v1.customers.create({}, ONCE).id != first.id


def test_a_read_and_a_deletion_know_no_key(fake, sdk):
    fake.create("customer", id="cus_1")
    assert sdk.v1.customers.retrieve("cus_1", None, ONCE).id == "cus_1"
    assert sdk.v1.customers.delete("cus_1", None, ONCE).deleted
    answer = sdk.v1.customers.retrieve("cus_1", None, ONCE)
    assert answer.deleted
    assert "Idempotent-Replayed" not in answer.last_response.headers


# Ids of requests


def test_events_name_the_request_that_they_come_of(fake, sdk):
    first = sdk.v1.customers.create({}, ONCE)
    second = sdk.v1.customers.update(first.id, {"name": "Ann"}, {"idempotency_key": "b"})
    deleted = sdk.v1.customers.delete(first.id)
    fake.create("customer")
    assert [each["request"] for each in customers(fake)] == [
        {"id": first.last_response.request_id, "idempotency_key": "once"},
        {"id": second.last_response.request_id, "idempotency_key": "b"},
        {"id": deleted.last_response.request_id, "idempotency_key": None},
        {"id": None, "idempotency_key": None},
    ]


def test_thin_events_name_it_as_their_reason(fake, sdk):
    made = sdk.v2.core.accounts.create({"display_name": "Ann"}, ONCE)
    fake.create("v2.core.account")
    caused, other = (each["reason"] for each in customers(fake))
    request = {"id": made.last_response.request_id, "idempotency_key": "once"}
    assert caused == {"type": "request", "request": request}
    assert other is None


def test_a_refusal_has_an_id(fake, sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.retrieve("cus_1")
    assert caught.value.request_id == "req_00000000000001"


# Before answers


def test_the_world_changes_between_two_pages(fake, sdk):
    for number in range(30):
        fake.create("coupon", id=f"c{number:02}", created=number)
    gone = []

    def delete_the_cursor(request):
        after = request.params.get("starting_after")
        if after and not gone:
            gone.append(after)
            fake.delete(after, object="coupon", stub=False)

    fake.before_answers(delete_the_cursor)
    pages = sdk.v1.coupons.list().auto_paging_iter()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        list(pages)
    assert gone == ["c20"]
    assert (caught.value.code, caught.value.param) == ("resource_missing", "starting_after")
    assert caught.value.http_status == 400
    assert len(list(sdk.v1.coupons.list().auto_paging_iter())) == 29


@pytest.mark.parametrize("stub", [True, False])
def test_a_cursor_that_was_deleted_is_refused(stub, fake, sdk):
    for number in range(3):
        fake.create("customer", id=f"cus_{number}", created=number)
    fake.delete("cus_1", stub=stub)
    for param in ("starting_after", "ending_before"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            sdk.v1.customers.list({param: "cus_1"})
        assert (caught.value.code, caught.value.param) == ("resource_missing", param)


def test_what_comes_before_an_answer_sees_it_and_comes_before_faults(fake, sdk):
    seen = []
    fake.before_answers(lambda request: seen.append((request.method, request.path)))
    fake.before_answers(lambda request: fake.fail(status=503, times=1))
    with pytest.raises(stripe.APIError):
        sdk.v1.customers.list()
    assert seen == [("GET", "/v1/customers")]


def test_another_thread_may_ask_before_an_answer(fake, sdk):
    fake.create("customer")
    found = []

    def read():
        found.append(len(sdk.v1.customers.list().data))

    def read_elsewhere(request):
        if request.path == "/v1/charges":
            thread = threading.Thread(target=read)
            thread.start()
            thread.join(5)
            assert not thread.is_alive()

    fake.before_answers(read_elsewhere)
    sdk.v1.charges.list()
    assert found == [1]
    assert json.dumps([each.path for each in fake.requests]) == '["/v1/charges", "/v1/customers"]'
