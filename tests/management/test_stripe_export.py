"""``stripe_export``: the mirror as lines of JSON, and the same again from where it ended."""

import json
import os
import signal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stripe_django import sync
from stripe_django.models import Customer, NewChange
from stripe_django.sync.erasure.rows import erase as erase_row
from stripe_django.testing import payload
from tests.api.test_client import with_settings
from tests.posting import at, customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def followed(settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": "", "CHANGE_FEED": True}


class Output(StringIO):
    """Calls the next one of some functions after each line."""

    def __init__(self, *then):
        super().__init__()
        self.then = list(then)

    def write(self, text):
        super().write(text)
        if self.then:
            self.then.pop(0)()


def applied(number, balance=1, second=1, **more):
    return sync.apply(customer(balance, f"cus_{number}", **more), as_of=at(second)).row


def exported(*arguments, out=None, err=None, **options):
    out = out or StringIO()
    call_command("stripe_export", *arguments, stdout=out, stderr=err or StringIO(), **options)
    return lines_of(out)


def lines_of(out):
    return [json.loads(line, parse_float=str) for line in out.getvalue().splitlines()]


def ids(lines):
    return [line["stripe_id"] for line in lines]


def test_a_line():
    applied(1, livemode=False)
    [line] = exported()
    cursor = line.pop("cursor")
    assert line == {
        "object": "customer",
        "stripe_id": "cus_1",
        "account": "",
        "deleted": False,
        "erased": False,
        "data": customer(1, "cus_1", livemode=False),
    }
    assert exported(since_cursor=cursor) == []


def test_the_state_is_where_the_next_one_continues(tmp_path):
    state = tmp_path / "cursor"
    applied(1), applied(2)
    assert ids(exported(state=state)) == ["cus_1", "cus_2"]
    assert exported(state=state) == []
    applied(2, balance=7, second=2)
    [line] = exported(state=state)
    assert (line["stripe_id"], line["data"]["balance"]) == ("cus_2", 7)
    assert [each.name for each in tmp_path.iterdir()] == ["cursor"]


def test_one_that_was_killed_writes_its_last_lines_again(tmp_path):
    state = tmp_path / "cursor"
    applied(1), applied(2)
    exported(state=state)
    applied(1, second=2, balance=2), applied(2, second=2, balance=2)

    def die():
        raise SystemExit

    out = Output(lambda: None, die)
    with pytest.raises(SystemExit):
        exported(state=state, out=out)
    assert ids(lines_of(out)) == ["cus_1", "cus_2"]
    assert ids(exported(state=state)) == ["cus_1", "cus_2"]


def test_what_is_deleted_and_what_is_erased(tmp_path):
    state = tmp_path / "cursor"
    applied(1), applied(2)
    exported(state=state)
    sync.apply({"id": "cus_1", "object": "customer", "deleted": True}, as_of=at(3))
    erase_row(Customer.objects.get(stripe_id="cus_2"))
    found = {line["stripe_id"]: line for line in exported(state=state)}
    assert (found["cus_1"]["deleted"], found["cus_1"]["erased"]) == (True, False)
    assert found["cus_1"]["data"]["balance"] == 1
    gone = found["cus_2"]
    assert (gone["deleted"], gone["erased"], gone["data"]) == (False, True, None)
    assert gone["account"] is None


def test_numbers_keep_their_digits_and_secrets_stay_out():
    rate = payload("tax_rate", id="txr_1", percentage=8.1)
    intent = payload("payment_intent", id="pi_1", amount=10**12, client_secret="pi_1_secret_x")
    sync.apply([rate, intent], as_of=at(1))
    out = StringIO()
    [paid, tax] = exported("payment_intent", "tax_rate", out=out)
    assert (paid["data"]["amount"], tax["data"]["percentage"]) == (10**12, "8.1")
    [paid, tax] = exported("payment_intent", "tax_rate", format="columns")
    assert (paid["data"]["amount"], tax["data"]["percentage"][:3]) == (10**12, "8.1")
    assert paid["data"]["created"].endswith("Z")
    assert "secret_x" not in out.getvalue()


def test_it_follows_until_it_is_asked_to_stop(tmp_path):
    applied(1)
    stop = lambda: os.kill(os.getpid(), signal.SIGTERM)  # noqa: E731
    again = lambda: applied(1, balance=9, second=9)  # noqa: E731
    out = Output(lambda: applied(2), again, lambda: None, stop)
    exported(follow=True, interval=0.01, out=out, state=tmp_path / "cursor")
    assert ids(lines_of(out)) == ["cus_1", "cus_2", "cus_2", "cus_1"]  # it came meanwhile
    assert exported(state=tmp_path / "cursor") == []


def test_an_interrupted_one_fails():
    applied(1)
    out = Output(lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(CommandError, match="Interrupted") as raised:
        exported(out=out)
    assert raised.value.returncode == 130


def test_a_reader_that_has_gone():
    applied(1)
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as out, pytest.raises(CommandError, match="reader"):
        call_command("stripe_export", stdout=out, stderr=StringIO())


def test_progress_is_not_in_the_output():
    applied(1), applied(2)
    err = StringIO()
    exported(err=err)
    assert err.getvalue() == "customer: 2\n"
    err = StringIO()
    exported("charge", err=err)
    assert err.getvalue() == "Nothing has changed.\n"


def test_without_the_feed_all_rows_can_be_written_once(settings):
    with_settings(settings, CHANGE_FEED=False)
    applied(1)
    [line] = exported()
    assert (line["stripe_id"], line["cursor"]) == ("cus_1", None)
    assert not NewChange.objects.exists()


@pytest.mark.parametrize(
    "options", [{"follow": True}, {"state": "none"}, {"since_cursor": "x:1"}], ids=str
)
def test_without_the_feed_there_are_no_changes(options, settings):
    with_settings(settings, CHANGE_FEED=False)
    err = StringIO()
    with pytest.raises(CommandError, match="CHANGE_FEED"):
        exported(**options, err=err)
    assert err.getvalue() == ""


def test_mistakes_are_explained(tmp_path):
    with pytest.raises(CommandError, match="did you mean charge"):
        exported("charges")
    with pytest.raises(CommandError, match="'soon' is not a cursor"):
        exported(since_cursor="soon")
    with pytest.raises(CommandError, match="cannot be read"):
        exported(state=tmp_path)
    with pytest.raises(CommandError, match="cannot be written"):
        exported(state=tmp_path / "none" / "cursor")
    with pytest.raises(CommandError, match="not of this change feed"):
        exported(since_cursor="00000000:5", follow=True)
