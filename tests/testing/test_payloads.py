import json
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings as django_settings
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from stripe_django import registry
from stripe_django.sdk import objects
from stripe_django.testing import payload, payloads
from stripe_django.testing.deterministic import Draw
from stripe_django.testing.payload_builder import Fill, Generator
from tests.every_payload import digest
from tests.round_trip import assert_given_back, every_hash, is_refused

NAMES = sorted(objects.names())
# All but the objects that come inside others alone.
STORED = sorted(m.stripe.object_name for m in registry.models() if m.stripe.id_from != ("parent",))
on_one_database = pytest.mark.skipif(
    django_settings.DATABASE != "sqlite", reason="same on any database"
)


@on_one_database
@pytest.mark.parametrize("name", NAMES)
def test_has_every_key_that_applies_and_no_other(name):
    made = payload(name)
    declared = objects.sdk_object(name).fields
    required = {key for key, field in declared.items() if not field.annotation.optional}
    assert required <= made.keys() <= declared.keys() - {"deleted"}
    assert made["object"] == name
    assert json.loads(json.dumps(made)) == made


@on_one_database
@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_another_id(name):
    ids = {payload(name, seed=seed).get("id") for seed in range(3)}
    assert len(ids) == (3 if "id" in objects.sdk_object(name).fields else 1)


def test_an_ordinary_charge():
    charge = payload("charge", amount=500, customer="cus_1")
    assert charge["id"].startswith("ch_")
    assert len(charge["id"]) == len("ch_") + 24
    assert charge["balance_transaction"].startswith("txn_")
    assert charge["payment_method_details"].keys() == {"type", "card"}
    assert charge["billing_details"]["email"].endswith("@example.com")
    facts = ("amount", "amount_refunded", "customer", "currency", "livemode", "paid", "review")
    assert [charge[key] for key in facts] == [500, 0, "cus_1", "usd", False, True, None]


def test_times_have_the_unit_of_their_column():
    reader = Generator(Fill.FULL).object("terminal.reader", Draw(0, "terminal.reader"), {})
    moments = [
        datetime.fromtimestamp(payload("charge")["created"], UTC),
        datetime.fromtimestamp(reader["last_seen_at"] / 1000, UTC),
        datetime.fromisoformat(payload("v2.core.account")["created"]),
    ]
    assert [moment.year for moment in moments] == [2026] * 3
    assert re.fullmatch(r".{19}\.\d{3}Z", payload("v2.core.account")["created"])


def test_percentages_are_numbers_and_decimals_strings():
    assert isinstance(payload("tax_rate")["percentage"], float)
    price = payload("price")
    assert price["unit_amount_decimal"] == str(price["unit_amount"])


def test_a_nested_list_is_an_empty_page():
    assert payload("invoice")["lines"] == {
        "object": "list",
        "data": [],
        "has_more": False,
        "url": "/v1/invoice/lines",
    }


def test_an_inner_object_is_complete():
    price = payload("subscription_item")["price"]
    assert price.keys() == payload("price").keys()
    assert price["product"].startswith("prod_")


def test_an_id_less_object_has_no_id():
    assert "id" not in payload("balance")


def test_secrets_are_there_as_stripe_sends_them():
    intent = payload("payment_intent", id="pi_1")
    assert intent["client_secret"].startswith("pi_1_secret_")


def test_the_type_decides_which_hash_is_there():
    method = payload("payment_method", type="sepa_debit")
    assert "card" not in method
    assert method["sepa_debit"].keys() >= {"country", "last4"}
    assert payload("payment_method", sepa_debit={"last4": "3000"})["type"] == "sepa_debit"
    details = payload("charge", payment_method_details={"type": "klarna"})
    assert details["payment_method_details"].keys() == {"type", "klarna"}
    assert payload("price", type="one_time")["recurring"] is None


def test_no_hash_of_another_type_anywhere():
    kinds = objects.sdk_object("payment_method").fields["type"].annotation.values
    for name in NAMES:
        for found in every_hash(payload(name)):
            if found.get("object") == "payment_method":
                assert found.keys() & set(kinds) == {found["type"]}


def test_an_override_merges_into_a_hash_and_replaces_all_else():
    charge = payload("charge", billing_details={"address": {"city": "Bath"}}, metadata={"a": "b"})
    plain = payload("charge")["billing_details"]
    assert charge["billing_details"].keys() == plain.keys()
    assert charge["billing_details"]["name"] == plain["name"]
    assert charge["billing_details"]["address"]["city"] == "Bath"
    assert charge["metadata"] == {"a": "b"}
    assert payload("charge", billing_details=None)["billing_details"] is None


def test_members_of_a_list_are_completed():
    found = payload("subscription", items={"data": [{"quantity": 2}, {"quantity": 3}]})
    members = found["items"]["data"]
    assert [item["quantity"] for item in members] == [2, 3]
    assert [item["object"] for item in members] == ["subscription_item"] * 2
    assert members[0]["id"] != members[1]["id"]


def test_a_reference_may_be_given_in_full():
    customer = payload("customer", id="cus_1")
    assert payload("charge", customer=customer)["customer"] == customer
    assert payload("charge", customer={"id": "cus_2"})["customer"]["object"] == "customer"


def test_an_event_is_about_what_its_type_says():
    event = payload("event", type="invoice.paid", data={"object": {"total": 7}})
    assert event["data"]["object"]["object"] == "invoice"
    assert event["data"]["object"]["total"] == 7
    given = {"object": "charge", "id": "ch_1"}
    assert payload("event", type="charge.failed", data={"object": given})["data"]["object"] == given


def test_an_override_leaves_all_other_values_alone():
    plain = payload("invoice")
    assert payload("invoice", total=1) == plain | {"total": 1}


def test_a_key_of_former_api_versions_can_be_given():
    assert payload("charge", invoice="in_1")["invoice"] == "in_1"
    assert "invoice" not in payload("charge")
    assert payload("recipient")["id"].startswith("rp_")


@pytest.mark.parametrize(
    ("name", "keys", "error", "text"),
    [
        ("custmer", {}, LookupError, "no object 'custmer'. Did you mean customer"),
        ("charge", {"amout": 1}, TypeError, "charge has no 'amout'. Did you mean amount"),
        ("charge", {"zzz": 1}, TypeError, "charge has no 'zzz'."),
        ("charge", {"billing_details": {"nam": 1}}, TypeError, "no 'nam'. Did you mean name"),
    ],
)
def test_errors_name_what_is_near(name, keys, error, text):
    with pytest.raises(error, match=text):
        payload(name, **keys)


def test_the_same_in_a_process_without_hypothesis_and_factory_boy():
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-W", "error", "-m", "tests.every_payload"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{digest()}\n"


@pytest.mark.django_db
@pytest.mark.parametrize("name", STORED)
def test_is_stored_and_given_back(name):
    made = payload(name)
    assert_given_back([made])
    assert not is_refused(made)


BRANCHES = {
    "another status": lambda made: made.get("status") == "pending",
    "an unknown status": lambda made: made.get("status") == "a_code_of_tomorrow",
    "a reference as an id": lambda made: isinstance(made.get("customer"), str),
    "a reference in full": lambda made: isinstance(made.get("customer"), dict),
    "null": lambda made: made.get("payment_method", "") is None,
    "absent": lambda made: "payment_method" not in made,
    "members": lambda made: (made.get("refunds") or {}).get("data"),
    "more members": lambda made: (made.get("refunds") or {}).get("has_more"),
    "unicode": lambda made: not (made.get("description") or "").isascii(),
    "another kind": lambda made: (made.get("payment_method_details") or {}).get("type") == "ideal",
}
EXAMPLES = 1 if django_settings.DATABASE == "mariadb" else 5  # of ten payloads each
SEARCH = settings(max_examples=20_000, database=None, derandomize=True)


@on_one_database
def test_every_branch_is_found():
    missing = set(BRANCHES)

    def is_the_last(made):
        missing.difference_update([each for each in missing if BRANCHES[each](made)])
        return not missing

    search = settings(SEARCH, max_examples=3_000, phases=[Phase.generate])
    assert find(payloads("charge"), is_the_last, settings=search)


@on_one_database
def test_a_failure_shrinks_to_the_one_change_that_matters():
    most = {"amount": 2**63 - 1}
    found = find(payloads("charge"), lambda made: made | most == made, settings=SEARCH)
    assert found == payload("charge") | most


def test_payloads_of_an_unknown_object():
    with pytest.raises(LookupError, match="Did you mean customer"):
        payloads("custmer")


def in_test_mode(value):
    """The value with ``livemode`` false throughout: Stripe gives no id to objects of both modes."""
    if isinstance(value, list):
        return [in_test_mode(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: False if key == "livemode" and each is True else in_test_mode(each)
        for key, each in value.items()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", STORED)
def test_whatever_stripe_may_send_is_given_back(name):
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(made=st.lists(payloads(name), min_size=10, max_size=10, unique_by=repr))
    def check(made):
        made = [in_test_mode(each) for each in made]
        assert_given_back(made)
        assert not any(map(is_refused, made))

    check()
