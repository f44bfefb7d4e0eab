"""The client over real HTTP: pages, single objects, errors, time, and silence about the key."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from operator import methodcaller

import pytest
import stripe

from benchmarks import canned
from benchmarks.charges import START, charge
from stripe_django.api.client import Client
from stripe_django.exceptions import (
    MalformedKeyError,
    MissingKeyError,
    StripeDjangoError,
    UnavailableError,
)

CHARGES = "/v1/charges"


# Each makes the fake misbehave.
CUT = methodcaller("cut")
CUT_HALFWAY = methodcaller("cut", after_bytes=20)


def failing(status, message="No.", **options):
    return methodcaller("fail", status=status, message=message, **options)


def plain(status, body="Not here."):
    """An error from something before or beside Stripe, which does not speak JSON."""
    headers = {"Content-Type": "text/html"}
    return methodcaller("answer", body, status=status, headers=headers)


def charges(count):
    """As Stripe lists them: the newest first."""
    return [{"id": f"ch_{number}", "object": "charge"} for number in reversed(range(count))]


def listed(path=CHARGES, **params):
    return list(Client().pages(path, params))


def with_settings(settings, **given):
    settings.STRIPE_DJANGO = settings.STRIPE_DJANGO | given


# Lists and single objects


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
def test_paging_reaches_every_object_once(count, fake_stripe):
    fake_stripe.add(*reversed(charges(count)))
    pages = listed()
    assert [each for page in pages for each in page.objects] == charges(count)
    assert len(pages) == len(fake_stripe.requests) == max(1, -(-count // 100))
    assert {request.params["limit"] for request in fake_stripe.requests} == {"100"}


def test_parameters_are_sent_with_every_page(fake_stripe):
    fake_stripe.add(*({"created": 7, **each} for each in charges(101)))
    pages = listed(created={"gte": 5}, expand=["data.customer", "data.refunds"])
    assert len(pages) == 2
    for request in fake_stripe.requests:
        sent = {"created": {"gte": "5"}, "expand": ["data.customer", "data.refunds"]}
        assert sent.items() <= request.params.items()
    assert {page.expanded for page in pages} == {frozenset({"customer", "refunds"})}


def test_a_parameter_in_the_path_is_kept(fake_stripe):
    fake_stripe.add({"id": "cus_1", "object": "customer"})
    cards = [{"id": f"card_{number}", "object": "card"} for number in range(101)]
    fake_stripe.add(*cards, within="cus_1")
    listed("/v1/customers/cus_1/sources?object=card")
    assert [request.params["object"] for request in fake_stripe.requests] == ["card", "card"]


def test_retrieve(fake_stripe):
    fake_stripe.add(*reversed(charges(1)))
    page = Client().retrieve(f"{CHARGES}/ch_0")
    assert page.objects == charges(1)
    assert page.expanded == frozenset()


def test_an_object_that_is_missing_is_a_page_of_none(fake_stripe):
    page = Client().retrieve(f"{CHARGES}/ch_none")
    assert page.objects == []
    assert isinstance(page.as_of, datetime)


def test_numbers_with_a_fraction_are_exact(fake_stripe):
    numbers = '{"id": "co", "percent_off": 33.333333333333333333, "rate": 0.10, "big": 1e400}'
    fake_stripe.answer(numbers, path="/v1/coupons/co")
    [found] = Client().retrieve("/v1/coupons/co").objects
    assert found == {
        "id": "co",
        "percent_off": Decimal("33.333333333333333333"),
        "rate": Decimal("0.10"),
        "big": Decimal("1e400"),
    }
    assert not any(isinstance(value, float) for value in found.values())


def test_headers(fake_stripe, settings):
    with_settings(settings, API_VERSION="2016-07-06")
    fake_stripe.add({"id": "acct_other", "object": "account"})
    list(Client(account="acct_other").pages(CHARGES, {}))
    list(Client().pages(CHARGES, {}))
    other, home = fake_stripe.requests
    assert other.headers["Stripe-Account"] == "acct_other"
    assert "Stripe-Account" not in home.headers
    for request in (other, home):
        assert request.headers["Stripe-Version"] == "2016-07-06"
        assert request.headers["Authorization"] == f"Bearer {fake_stripe.key}"


def test_accounts_are_kept_apart(fake_stripe):
    fake_stripe.add(*reversed(charges(1)))
    fake_stripe.add(*charges(3), account="acct_other")
    [page] = Client(account="acct_other").pages(CHARGES, {})
    assert len(page.objects) == 3


# Lists that do not end


def test_a_list_that_begins_again_is_an_error(fake_stripe):
    fake_stripe.answer({"data": charges(100), "has_more": True}, path=CHARGES)
    pages = Client().pages(CHARGES, {})
    assert len(next(pages).objects) == 100
    with pytest.raises(StripeDjangoError, match="no usable cursor"):
        list(pages)
    assert len(fake_stripe.requests) == 2


def test_a_list_that_begins_again_later_is_an_error(fake_stripe):
    first, second = charges(250)[:100], charges(250)[100:200]
    for data in (first, second, first):
        fake_stripe.answer({"data": data, "has_more": True}, path=CHARGES, times=1)
    pages = Client().pages(CHARGES, {})
    next(pages)
    next(pages)
    with pytest.raises(StripeDjangoError, match="no usable cursor"):
        list(pages)
    assert len(fake_stripe.requests) == 3


@pytest.mark.parametrize("data", [[], [{"object": "charge"}], [{"id": 7}], ["ch_1"]])
def test_a_list_that_goes_on_nowhere_is_an_error(data, fake_stripe):
    fake_stripe.answer({"data": data, "has_more": True}, path=CHARGES)
    with pytest.raises(StripeDjangoError, match="no usable cursor"):
        listed()


@pytest.mark.parametrize("body", ["[]", "{}", '"text"', "null", "7", '{"data": {}}'])
def test_what_is_no_list_is_unavailable(body, fake_stripe):
    fake_stripe.answer(body, path=CHARGES)
    with pytest.raises(UnavailableError, match="/v1/charges does not return a list"):
        listed()


# Errors


@pytest.mark.parametrize(
    "misbehave",
    [
        failing(403, "This key may not."),
        failing(404, "No such thing."),
        failing(400, "Connect is off."),
        plain(404),
        plain(403),
        plain(400),
    ],
)
def test_refusals(misbehave, fake_stripe):
    misbehave(fake_stripe)
    with pytest.raises(UnavailableError) as caught:
        listed()
    assert isinstance(caught.value.__cause__, stripe.StripeError)
    with pytest.raises(UnavailableError):
        Client().retrieve("/v1/balance")


def test_an_unknown_path(fake_stripe):
    with pytest.raises(UnavailableError):
        listed("/v1/not_here")


@pytest.mark.parametrize(
    ("misbehave", "error"),
    [
        (failing(400, "No such limit.", param="limit"), stripe.InvalidRequestError),
        (failing(401, "Invalid key."), stripe.AuthenticationError),
        (failing(402, "Pay first."), stripe.CardError),
        (plain(502, "<html>Bad gateway</html>"), stripe.APIError),
        (plain(200, "no JSON"), stripe.APIError),
        (CUT, stripe.APIConnectionError),
        (CUT_HALFWAY, stripe.APIConnectionError),
    ],
)
def test_other_errors_are_those_of_the_sdk(misbehave, error, fake_stripe, settings):
    with_settings(settings, MAX_NETWORK_RETRIES=0)
    misbehave(fake_stripe)
    with pytest.raises(error):
        listed()
    assert len(fake_stripe.requests) == 1


def test_another_key_is_an_authentication_error(fake_stripe):
    fake_stripe.key = "sk_test_another"
    with pytest.raises(stripe.AuthenticationError):
        listed()


@pytest.mark.parametrize(
    "misbehave",
    [
        methodcaller("fail", status=500, times=1),
        methodcaller("answer", "Not here.", status=503, times=1),
        methodcaller("cut", times=1),
        methodcaller("cut", after_bytes=20, times=1),
        methodcaller("answer", "no JSON", times=1),
        methodcaller("fail", status=429, code="lock_timeout", times=1),
        methodcaller("fail", status=409, times=1),
    ],
)
def test_what_fails_on_the_way_is_repeated(misbehave, fake_stripe):
    fake_stripe.add(*charges(1))
    misbehave(fake_stripe)
    assert [page.objects for page in listed()] == [charges(1)]
    assert len(fake_stripe.requests) == 2


def test_a_second_read_for_the_sake_of_the_time_may_fail(fake_stripe, settings):
    """What the first one returned is not lost with it."""
    with_settings(settings, MAX_NETWORK_RETRIES=0)
    fake_stripe.add(*charges(1))
    fake_stripe.send_headers({"Date": "Tue, 14 Nov 2023 22:13:20 GMT"}, times=1)
    fake_stripe.before_answers(lambda _: len(fake_stripe.requests) < 2 or fake_stripe.cut(times=1))
    assert [page.objects for page in listed()] == [charges(1)]
    assert len(fake_stripe.requests) == 2


@pytest.mark.parametrize("retry_after", [1, "soon"])
def test_too_many_requests_wait(retry_after, fake_stripe):
    fake_stripe.fail(status=429, retry_after=retry_after, times=1)
    listed()
    first, second = fake_stripe.requests
    least = timedelta(seconds=1 if retry_after == 1 else 0.5)
    assert least <= second.at - first.at < timedelta(seconds=5)


def test_too_many_requests_wait_no_longer_than_asked(fake_stripe):
    fake_stripe.fail(status=429, retry_after=0, times=3)
    listed()
    assert len(fake_stripe.requests) == 4
    assert fake_stripe.requests[-1].at - fake_stripe.requests[0].at < timedelta(seconds=1)


def test_too_many_requests_end_some_time(fake_stripe, settings):
    with_settings(settings, MAX_NETWORK_RETRIES=1)
    fake_stripe.fail(status=429, retry_after=0)
    with pytest.raises(stripe.RateLimitError):
        Client().retrieve("/v1/balance")
    assert len(fake_stripe.requests) == 2
    with pytest.raises(stripe.RateLimitError):
        listed()
    assert len(fake_stripe.requests) == 2 + 4  # for a list there is more patience


def test_an_answer_that_is_slow(fake_stripe, settings):
    with_settings(settings, TIMEOUT=0.1, MAX_NETWORK_RETRIES=0)
    fake_stripe.slow(0.5)
    with pytest.raises(stripe.APIConnectionError):
        listed()


def test_what_is_made_is_made_once(fake_stripe):
    fake_stripe.cut(method="POST", times=1)
    made = Client().request("post", "/v1/customers", {"name": "Ada"})
    assert ids(Client().pages("/v1/customers", {})) == [made["id"]]


def test_no_log_has_what_was_read(fake_stripe, caplog, capfd, monkeypatch):
    monkeypatch.setenv("STRIPE_LOG", "debug")
    fake_stripe.add({"id": "ch_1", "object": "charge", "description": "between us"})
    with caplog.at_level(logging.DEBUG):
        [page] = listed()
    said = caplog.text + "".join(capfd.readouterr())
    assert page.objects[0]["description"] == "between us"
    assert CHARGES in said
    assert "between us" not in said


# Several threads


def created(first, end):
    return {"gte": START + first, "lt": START + end}


def ids(pages):
    return [each["id"] for page in pages for each in page.objects]


def test_each_thread_keeps_one_connection(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with canned.serving("charge", 1000) as server, ThreadPoolExecutor(4) as pool:
        settings.STRIPE_DJANGO = {"API_KEY": "sk_test_x", "API_BASE": server.url}
        client = Client()
        parts = [created(first, first + 250) for first in range(0, 1000, 250)]
        found = pool.map(lambda part: ids(client.pages(CHARGES, {"created": part})), parts)
        every = [each for part in found for each in part]
        connections = server.counts()["connections"] - 1  # for the counts themselves
    assert sorted(every) == [charge(number)["id"] for number in range(1000)]
    assert connections == 4


def test_threads_get_through_a_server_that_fails_a_fifth_of_the_time(fake_stripe, settings):
    with_settings(settings, TIMEOUT=0.5)
    fake_stripe.add(*charges(60))
    listed()  # the first answer of a fake takes its time
    fake_stripe.fail(status=429, retry_after=0, share=0.1, seed=1)
    fake_stripe.fail(status=500, retry_after=0, share=0.1, seed=2)
    fake_stripe.cut(after=9, times=2)
    fake_stripe.slow(1.0, after=19, times=2)
    client = Client()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: ids(client.pages(CHARGES, {"limit": 5})), range(4)))
    assert found == [[each["id"] for each in reversed(charges(60))]] * 4
    assert len(fake_stripe.requests) >= 1 + 4 * 12 + 4


# The key


@pytest.mark.parametrize("given", [{}, {"API_KEY": ""}])
def test_without_a_key(given, settings, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    settings.STRIPE_DJANGO = given
    with pytest.raises(MissingKeyError, match="STRIPE_SECRET_KEY"):
        Client()


@pytest.mark.parametrize("key", ["{}\n", " {}", "'{}'\n", "{} x", "{}\N{GRINNING FACE}", "é{}"])
def test_a_key_that_no_header_takes(key, settings):
    secret = "sk_test_hidden"
    settings.STRIPE_DJANGO = {"API_KEY": key.format(secret)}
    with pytest.raises(MalformedKeyError, match="line end") as caught:
        Client()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "misbehave",
    [
        methodcaller("recover"),
        *(failing(status) for status in (400, 401, 403, 404, 429, 500)),
        plain(404),
        CUT,
        CUT_HALFWAY,
    ],
)
def test_the_key_is_in_no_message_and_in_no_log(misbehave, fake_stripe, settings, caplog, capfd):
    secret = fake_stripe.key = "sk_test_hidden"
    with_settings(settings, API_KEY=secret, MAX_NETWORK_RETRIES=0)
    misbehave(fake_stripe)
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            listed()
        except (stripe.StripeError, StripeDjangoError) as error:
            said = f"{error!r} {error} {error.__cause__!r} {error.__context__!r}"
    assert fake_stripe.requests[0].headers["Authorization"] == f"Bearer {secret}"
    assert caplog.text
    assert "hidden" not in said + caplog.text + "".join(capfd.readouterr())


def test_a_client_does_not_show_its_key(fake_stripe):
    assert fake_stripe.key not in repr(Client())
    assert fake_stripe.key not in str(vars(Client()))


# Time


@pytest.mark.parametrize("ahead", [0, -40_000_000, 86_400, 0.7])
def test_as_of_is_never_later_than_the_read(ahead, fake_stripe):
    fake_stripe.advance(seconds=ahead)
    fake_stripe.add(*reversed(charges(450)))
    pages = [*listed(), Client().retrieve("/v1/balance"), Client().retrieve(f"{CHARGES}/none")]
    for page, request in zip(pages, fake_stripe.requests, strict=True):
        assert timedelta(0) <= request.at - page.as_of < timedelta(seconds=2)
    assert all(earlier.as_of < later.as_of for earlier, later in pairwise(pages))


def test_reads_of_two_clients_are_ordered(fake_stripe):
    fake_stripe.add(*reversed(charges(1)))
    reads = [Client(account=account).retrieve("/v1/balance") for account in ("", "", "")]
    assert reads == sorted(reads, key=lambda page: page.as_of)
    assert len({page.as_of for page in reads}) == 3


def test_an_answer_without_a_date_is_of_no_use(fake_stripe):
    fake_stripe.send_headers({"Date": None})
    for read in (listed, lambda: Client().retrieve("/v1/balance")):
        with pytest.raises(StripeDjangoError, match="no Date"):
            read()


def test_bodies_are_as_stripe_sent_them(fake_stripe):
    body = {"id": "ch_1", "object": "charge", "text": "é\N{GRINNING FACE}\0", "list": [{}, None]}
    fake_stripe.answer(json.dumps(body), path=f"{CHARGES}/ch_1")
    assert Client().retrieve(f"{CHARGES}/ch_1").objects == [body]
