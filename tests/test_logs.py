"""The log: each record has a declared name, its fields, no message of an error and no secret."""

import ast
import logging
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.utils import timezone

import stripe_django
from stripe_django import logs, webhooks
from stripe_django.exceptions import CredentialsError, PayloadError
from stripe_django.models import HandlerRun, InboxEvent
from stripe_django.sync.events import retry
from tests import posting

PACKAGE = Path(stripe_django.__file__).parent
CONSTANTS = {name: each for name, each in vars(logs).items() if isinstance(each, logs.Entry)}
RESERVED = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def calls():
    """Where an entry is logged, and the names of the fields that it gets."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            function = getattr(node, "func", None)
            if isinstance(function, ast.Attribute) and function.attr in CONSTANTS:
                named = {keyword.arg for keyword in node.keywords}
                for keyword in node.keywords:
                    if keyword.arg is None and isinstance(keyword.value, ast.Dict):
                        named |= {key.value for key in keyword.value.keys}
                given = named - {None} | ({"error"} if node.args else set())
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", CONSTANTS[function.attr], given


def test_nothing_is_logged_in_another_way():
    found = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "getLogger(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["logs.py"]


def test_each_entry_is_declared_once_and_used():
    assert {each.name for each in CONSTANTS.values()} == set(logs.ENTRIES)
    assert len(CONSTANTS) == len(logs.ENTRIES)
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in CONSTANTS if f"logs.{name}" not in text] == []
    assert {each.area for each in CONSTANTS.values()} == set(logs.AREAS)


@pytest.mark.parametrize(("place", "entry", "given"), list(calls()))
def test_a_call_has_the_fields_of_its_entry(place, entry, given):
    assert given == set(entry.fields)


@pytest.mark.parametrize("entry", CONSTANTS.values(), ids=lambda entry: entry.name)
def test_an_entry(entry, caplog):
    assert not RESERVED & set(entry.fields)
    caplog.set_level(logging.DEBUG, "stripe_django")
    fields = {name: f"a {name}" for name in entry.fields if name != "error"}
    entry(IntegrityError("ann@example.com"), **fields)
    [record] = caplog.records
    assert (record.event, record.levelno) == (entry.name, entry.level)
    assert record.name == f"stripe_django.{entry.area}"
    assert "error" not in entry.fields or record.error == "IntegrityError"
    assert [getattr(record, name) for name in fields] == list(fields.values())
    assert record.filename == "test_logs.py"
    assert "%(" not in record.getMessage()
    assert "ann@" not in caplog.text
    assert ("Traceback" in caplog.text or "LoggedError" in caplog.text) is entry.has_traceback


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


class Refused(Exception):
    sqlstate = "23505"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("ann@example.com"), "ValueError"),
        (raised(IntegrityError("ann@example.com"), Refused()), "IntegrityError (sqlstate 23505)"),
        (IntegrityError(1062, "Duplicate entry 'ann'"), "IntegrityError (number 1062)"),
        (PayloadError("An event has an id."), "An event has an id."),
        (raised(CredentialsError("sk_live_1"), ValueError()), CredentialsError.explanation()),
    ],
)
def test_what_is_said_of_an_error(error, text):
    assert logs.described(error) == text


@pytest.mark.django_db
class TestWhatHappens:
    @pytest.fixture(autouse=True)
    def heard(self, endpoint, caplog):
        caplog.set_level(logging.DEBUG, "stripe_django")

    def names(self, caplog):
        return [record.event for record in caplog.records if hasattr(record, "event")]

    def test_an_event(self, caplog):
        posting.post(posting.event(obj=posting.customer(email="ann@example.com", name="Ann")))
        [record] = [each for each in caplog.records if each.name == "stripe_django.events"]
        assert record.event == "event_applied"
        assert (record.event_id, record.event_type) == ("evt_1", "customer.updated")
        assert (record.object_name, record.object_id) == ("customer", "cus_1")
        assert "ann" not in caplog.text.lower()

    def test_a_forged_delivery(self, caplog):
        posting.post(posting.event(), secret="whsec_other")
        assert self.names(caplog) == ["delivery_refused"]

    def test_a_handler_that_fails_until_it_is_dead_lettered(self, caplog):
        @webhooks.on("customer.updated")
        def handle(event, row):
            raise ValueError("ann@example.com")

        posting.post(posting.event())
        HandlerRun.objects.update(attempts=11, next_attempt_at=posting.LONG_AGO)
        retry.run_due()
        assert self.names(caplog) == ["event_applied", "handler_failed", "handler_dead_lettered"]
        assert "raise ValueError" in caplog.text  # the line of the project's code
        assert "ann" not in caplog.text.replace('raise ValueError("ann@example.com")', "")

    def test_an_event_that_fails(self, caplog):
        now = timezone.now()
        InboxEvent.objects.create(
            **{"event_id": "evt_1", "type": "a", "sent_at": now, "body": "{ann@example.com"},
            next_attempt_at=posting.LONG_AGO,
        )
        retry.run_due()
        [record] = caplog.records
        assert (record.event, record.error) == ("event_failed", "JSONDecodeError")
        assert "ann@" not in caplog.text
