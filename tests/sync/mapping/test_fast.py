"""The fast and the strict path give the same row, and nearly all payloads take the fast one."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.sdk import objects
from stripe_django.sync.mapping import redaction
from stripe_django.sync.mapping.fast import fast_row
from stripe_django.sync.mapping.identity import Context, HomeAccount
from stripe_django.sync.mapping.profiles import key_profile, type_profile
from stripe_django.sync.mapping.rows import COPY
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.mapping.strict import strict_row
from stripe_django.testing import payload, payloads
from tests.corpus import FILES, needs_corpus, records

CONTEXT = Context(COPY, account="", livemode=False, home=HomeAccount(livemode=False))
# With columns of every manner: references, amounts, hashes, variants, values from other keys.
NAMES = ["charge", "customer", "dispute", "invoice", "plan", "source", "subscription", "transfer"]
JUNK = st.sampled_from(
    [None, True, 0, -1, 2**63, 0.5, "", "x", "y" * 256, {}, {"a": "b"}, [], ["x"]]
)


def assert_same_row(name, made, context=CONTEXT):
    """Both paths give the same row; returns whether the fast one gave any."""
    model = registry.by_object_name()[name]
    fast, strict = fast_row(model, made, context), strict_row(model, made, context)
    assert fast is None or fast.row == strict.row
    return fast is not None


@pytest.mark.parametrize("name", NAMES)
def test_fast_and_strict_give_the_same_row(name):
    keys = sorted(schema_for(registry.by_object_name()[name]).by_key.keys() - {"id"})
    changes = st.dictionaries(st.sampled_from(keys), JUNK, max_size=4)
    fast = []

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(payloads(name), changes)
    def check(made, changed):
        is_secret = redaction.may_contain_secret(json.dumps(made), name)
        fast.append(assert_same_row(name, made | changed) or is_secret)

    check()
    assert sum(fast) >= 0.9 * len(fast)


def test_generated_payloads_take_the_fast_path():
    known = [name for name in objects.names() if name in registry.by_object_name()]
    assert fast_share([payload(name, seed=seed) for name in known for seed in range(2)]) >= 0.95


@needs_corpus
@pytest.mark.parametrize("decoded", [True, False])
def test_ordinary_payloads_of_the_corpus_take_the_fast_path(decoded):
    found = [
        json.loads(json.dumps(each), parse_float=Decimal if decoded else float)
        for path in FILES
        for record in records(path)
        for each in members(record["payload"])
    ]
    assert fast_share(found, CONTEXT._replace(decoded=decoded)) >= 0.95


def fast_share(found, context=CONTEXT):
    fast = []
    for each in found:
        model = registry.model_of(each)
        try:
            if model:
                fast.append(assert_same_row(model.stripe.object_name, each, context))
        except PayloadError:  # no object that Stripe keeps
            continue
    assert len(fast) > 100
    return sum(fast) / len(fast)


def members(payload):
    is_list = isinstance(payload, dict) and payload.get("object") == "list"
    return payload["data"] if is_list else [payload]


@pytest.mark.parametrize("has_key", [True, False])
def test_json_that_is_in_two_columns_is_the_same_text(has_key):
    made = payload("charge")
    assert made.pop("source") is None
    made |= {"source": None} if has_key else {}
    assert assert_same_row("charge", made)
    model = registry.by_object_name()["charge"]
    row = fast_row(model, made, CONTEXT).row
    names = schema_for(model).index
    held = row.values[names["source"]]
    assert held == row.values[names["payment_method_details"]] is not None
    assert ('"source":null' in row.extra) is has_key


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "a\0b"},
        {"metadata": {"key": "\ud800"}},
        {"description": "\ud800"},
        {"_absent": ["id"]},
        {"metadata": {"number": Decimal("1e400")}},
        {"payment_method_details": {"object": "payment_intent", "client_secret": "s"}},
        {"metadata": {"deep": json.loads("[" * 40 + "]" * 40)}},
    ],
)
def test_what_a_database_would_refuse_takes_the_strict_path(changed):
    model = registry.by_object_name()["charge"]
    assert fast_row(model, payload("charge") | changed, CONTEXT) is None
    assert not assert_same_row("charge", payload("charge") | changed)


def test_values_of_the_same_types_share_a_profile():
    model = registry.by_object_name()["charge"]
    profiles = []
    for amount in (1, 2):
        made = payload("charge", amount=amount)
        types = tuple(type(made.get(key)) for key in schema_for(model).keys)
        profiles.append(type_profile(key_profile(model, tuple(made)), types))
    assert profiles[0] is profiles[1]
