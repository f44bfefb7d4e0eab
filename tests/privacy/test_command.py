"""``stripe_privacy``, as it is typed."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stripe_django import sync
from stripe_django.models import Customer

from .policies import HASHED, under

pytestmark = pytest.mark.django_db

JANE = {"id": "cus_1", "object": "customer", "email": "jane@example.com", "name": "Jane"}


def said(*arguments):
    out = StringIO()
    call_command("stripe_privacy", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_report_counts_columns_and_paths_by_category_and_rows_by_policy():
    sync.apply([JANE])
    with under("minimal"):
        sync.apply([{**JANE, "id": "cus_2"}])
        text = said("report")
    lines = text.splitlines()
    assert lines[0].startswith("Policy ")
    emails = next(line.split() for line in lines if line.startswith("emails"))
    assert emails[1] == "drop"
    assert int(emails[2]) > 5
    assert int(emails[3]) > 20
    assert "1 of 2 rows were written under another policy:\n    customer: 1\n" in text


def test_the_report_of_one_object_lists_its_places_with_what_is_done():
    with under({"*": {"emails": "hash"}, "customer": {"shipping.name": "drop"}}):
        text = said("report", "--object", "customer")
    assert "    hash  column  customer: email\n" in text
    assert "    drop  JSON    customer: shipping.name\n" in text
    assert "    keep  column  customer: phone\n" in text


def test_a_mistyped_object_is_an_error():
    with pytest.raises(CommandError, match="did you mean customer"):
        said("report", "--object", "custmer")


def test_the_report_as_json():
    with under("minimal"):
        document = json.loads(said("report", "--json"))
    emails = next(each for each in document["categories"] if each["category"] == "emails")
    held = {
        "category": "emails",
        "object_name": "customer",
        "path": "email",
        "column": "email",
        "treatment": "drop",
    }
    assert held in emails["held"]
    assert document["unreviewed"] == "drop"
    assert document["rows"] == []


def test_apply_writes_again_what_another_policy_has_written_and_can_be_repeated():
    sync.apply([JANE])
    with under(HASHED):
        text = said("apply")
        assert text.startswith("customer: 1\n1 rows, 0 bodies of events and 0 errors are now under")
        assert Customer.objects.get().email.endswith("@hashed.invalid")
        assert json.loads(said("apply", "--json"))["rows"] == {}
        assert json.loads(said("apply", "--json", "--all"))["rows"] == {"customer": 1}


def test_without_a_policy_there_is_nothing_to_apply():
    with pytest.raises(CommandError, match=r"PRIVACY withholds nothing\..*stripe_sync --full"):
        said("apply")
