"""What a policy makes of a payload."""

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from stripe_django.privacy.policy import Policy
from stripe_django.privacy.rules import TARGETS, errors_of, rules_of
from stripe_django.privacy.treatments import hashed, masked

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

KEY = b"a key"
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 500,
    "captured": True,
    "receipt_email": "Jane@Example.com",
    "billing_details": {"name": "Jane", "email": None, "address": {"country": "DE", "city": "Ulm"}},
    "source": {"id": "card_1", "object": "card", "last4": "4242", "exp_year": 2030},
    "metadata": {"order": "7", "nested": {"a": ["b"]}},
}


def policy(setting, *keys):
    return Policy(rules_of(setting), keys or (KEY,))


def test_minimal_leaves_numbers_flags_codes_ids_and_countries():
    assert policy("minimal").withhold(CHARGE) == {
        "id": "ch_1",
        "object": "charge",
        "amount": 500,
        "captured": True,
        "receipt_email": None,
        "billing_details": {
            "name": None,
            "email": None,
            "address": {"country": "DE", "city": None},
        },
        "source": {"id": "card_1", "object": "card", "last4": None, "exp_year": None},
        "metadata": None,
    }


def test_each_treatment():
    rules = {"emails": "hash", "card_numbers": "mask", "names": "drop"}
    found = policy({"*": rules}).withhold(CHARGE)
    assert found["receipt_email"] == hashed("jane@example.com", KEY)
    assert found["source"] == {"id": "card_1", "object": "card", "last4": "****", "exp_year": None}
    assert found["billing_details"]["name"] is None
    assert found["billing_details"]["address"] == {"country": "DE", "city": "Ulm"}
    assert found["metadata"] == CHARGE["metadata"]


@pytest.mark.parametrize(
    ("setting", "city", "last4"),
    [
        ({"*": {"addresses": "drop"}, "charge": {"addresses": "keep"}}, "Ulm", "4242"),
        ({"*": "minimal", "charge": {"billing_details.address.city": "keep"}}, "Ulm", None),
        ({"*": {"last4": "drop"}}, "Ulm", None),
        ({"*": {"address.city": "drop"}}, None, "4242"),
        ({"*": "minimal", "card": {"last4": "keep"}}, None, "4242"),
        ({"charge": "minimal"}, None, "4242"),
        ({"charge": {"billing_details.address": "mask"}}, "****", "4242"),
        ({"charge": {"source": "drop"}}, "Ulm", "4242"),
    ],
)
def test_the_most_precise_rule_wins_and_embedded_objects_have_their_own(setting, city, last4):
    found = policy(setting).withhold(CHARGE)
    assert found["billing_details"]["address"]["city"] == city
    if setting == {"charge": {"source": "drop"}}:
        assert found["source"] is None
    else:
        assert found["source"]["last4"] == last4


@pytest.mark.parametrize("rule", [("customer", "metadata.status"), ("*", "metadata.status")])
def test_one_key_of_metadata_can_be_kept(rule):
    name, path = rule
    rules = {"*": "minimal"}
    rules[name] = {**dict.fromkeys(sorted(TARGETS), "drop"), path: "keep"}
    sent = {"object": "customer", "metadata": {"status": "vip", "type": "person", "amount": 3}}
    found = policy(rules).withhold(sent)
    assert found["metadata"] == {"status": "vip", "type": None, "amount": None}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("anything", None),
        (7, 7),
        (True, True),
        ("", ""),
        ([], []),
        (["a", "b"], None),
        ([{"also": "unknown", "status": "open"}], [{"also": None, "status": "open"}]),
        ("pm_1NxYzAbCdEfGhIjK", "pm_1NxYzAbCdEfGhIjK"),
    ],
)
def test_of_a_key_that_nobody_has_reviewed_minimal_leaves_numbers_and_ids(value, stored):
    found = policy("minimal").withhold({"object": "charge", "new_key": value})
    assert found["new_key"] == stored


ID_LIKE = "iban_DE89370400440532013000"
AN_ID = "pm_1NxYzAbCdEfGhIjK"


@pytest.mark.parametrize(
    "sent",
    [
        {"object": "charge", "description": ID_LIKE},
        {"object": "charge", "description": AN_ID},
        {"object": "charge", "metadata": {"a": AN_ID}},
        {"object": "charge", "new_key": ID_LIKE},
        {"object": "charge", "new_key": {"deep": ["user_MariaSchmidt1987"]}},
        {"object": "checkout.session", "client_reference_id": "user_MariaSchmidt1987"},
        {"object": "checkout.session", "client_reference_id": AN_ID},
        {"object": "checkout.session", "custom_fields": [{"key": "a", "text": {"value": AN_ID}}]},
    ],
)
@pytest.mark.parametrize(
    "setting",
    [
        "minimal",
        {"*": {"description": "hash", "free_text": "hash", "unreviewed": "hash"}},
    ],
)
def test_what_only_looks_like_an_id_or_may_be_anybodys_text_is_withheld(sent, setting):
    found = str(policy(setting).withhold(sent))
    assert not [each for each in (ID_LIKE, AN_ID, "user_MariaSchmidt1987") if each in found]


@pytest.mark.parametrize("setting", ["minimal", {"dispute_evidence": {"free_text": "hash"}}])
def test_the_file_of_evidence_is_an_id(setting):
    sent = {"object": "dispute_evidence", "customer_communication": "file_1NxYzAbCdEfGhIjK"}
    assert policy(setting).withhold(sent) == sent


def test_ids_inside_of_what_a_rule_covers_stay():
    source = {"id": "card_1NxYzAbCdEfGhIjK", "name": AN_ID, "customer": "cus_9s6XKzkNRiz8i3"}
    found = policy({"*": {"source": "hash"}}).withhold({"object": "charge", "source": source})
    assert found["source"] == {**source, "name": hashed(AN_ID, KEY)}


def test_an_event_is_treated_as_the_object_inside_of_it():
    event = {
        "object": "event",
        "data": {"object": CHARGE, "previous_attributes": {"receipt_email": "old@example.com"}},
    }
    found = policy({"charge": {"receipt_email": "drop"}}).withhold(event)
    assert found["data"]["object"]["receipt_email"] is None
    assert found["data"]["previous_attributes"] == {"receipt_email": None}


def test_the_changes_of_a_thin_event_are_its_objects():
    event = {
        "object": "v2.core.event",
        "related_object": {"type": "v2.core.account", "id": "acct_1"},
        "changes": {"before": {"contact_email": "a@example.com"}},
    }
    found = policy("minimal").withhold(event)
    assert found["changes"] == {"before": {"contact_email": None}}


def test_a_nested_list_keeps_what_is_needed_to_complete_it():
    nested = {"object": "list", "url": "/v1/charges/ch_1/refunds", "has_more": True, "data": []}
    found = policy("minimal").withhold({"object": "charge", "refunds": nested})
    assert found["refunds"] == nested


def test_what_is_withheld_is_named_with_what_was_done():
    found = policy({"*": {"emails": "hash", "names": "drop", "card_numbers": "mask"}})
    stored = found.withhold(CHARGE)
    assert found.withheld(stored) == {
        "receipt_email": "hash",
        "billing_details.name": "drop",
        "billing_details.email": "hash",
        "source.last4": "mask",
        "source.exp_year": "mask",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["email", "name", "object", "metadata", "data", "dob", "day", "new", "url"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
RULES = st.dictionaries(
    st.sampled_from(["*", "charge", "list", "event"]),
    st.dictionaries(
        st.sampled_from(["emails", "names", "free_text", "unreviewed", "email", "data", "dob.day"]),
        st.sampled_from(["keep", "drop", "hash", "mask"]),
    )
    | st.just("minimal"),
)


@given(JSON, RULES)
@example({"email": [[]]}, {"*": "minimal"})
def test_it_takes_any_json_and_what_is_stored_stays_as_it_is(payload, rules):
    found = policy(rules)
    once = found.withhold(payload)
    assert found.withhold(once) == once
    found.withheld(once)


@given(JSON)
def test_a_policy_that_keeps_everything_changes_nothing(payload):
    assert policy({"*": {"emails": "keep"}}).withhold(payload) == payload


@given(st.text(), st.text())
def test_hashes_are_equal_for_equal_texts_alone_and_depend_on_the_key(one, other):
    assert hashed(one, KEY) == hashed(one, KEY) != hashed(one, b"other")
    if "@" not in one + other and one != other:
        assert hashed(one, KEY) != hashed(other, KEY)


def test_addresses_that_differ_in_case_have_one_hash_which_looks_like_an_address():
    assert hashed(" Jane@Example.com", KEY) == hashed("jane@example.com ", KEY)
    assert hashed("jane@example.com", KEY).endswith("@hashed.invalid")
    assert hashed("Jane", KEY).startswith("hash_")


@pytest.mark.parametrize(
    ("text", "shown"), [("DE89370400440532013000", "****3000"), ("4242", "****"), ("x", "****")]
)
def test_a_mask_shows_the_last_four_characters_of_longer_texts(text, shown):
    assert masked(text) == shown == masked(shown)


def test_the_version_is_that_of_the_rules_and_not_of_the_key_nor_their_order():
    one = {"*": {"emails": "hash", "names": "drop"}}
    other = {"*": {"names": "drop", "emails": "hash"}}
    assert policy(one).version == policy(other, b"another key").version
    assert policy(one).version != policy("minimal").version


def test_no_key_is_shown():
    assert "secret" not in repr(policy("minimal", b"secret"))


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("maximal", 'PRIVACY is "minimal" or a dictionary, not str.'),
        ({"charge": "drop"}, "PRIVACY['charge'] is \"minimal\" or a dictionary of treatments."),
        ({"*": {"emails": "delete"}}, "PRIVACY['*']['emails'] is 'delete', not one of keep, drop"),
        ({"*": {"emails": ["drop"]}}, "PRIVACY['*']['emails'] is ['drop'], not one of"),
    ],
)
def test_what_is_wrong_with_a_setting(setting, problem):
    assert next(errors_of(setting)).startswith(problem)
