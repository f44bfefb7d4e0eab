"""The fast and the strict path give the same row, and nearly all payloads take the fast one."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_django import registry
from stripe_django.exceptions import MissingIdError, PayloadError
from stripe_django.sdk import objects
from stripe_django.sync.mapping import redaction
from stripe_django.sync.mapping.fast import fast_row, generated_row
from stripe_django.sync.mapping.generated import functions
from stripe_django.sync.mapping.identity import Context, HomeAccount, Parent
from stripe_django.sync.mapping.rows import COPY, Moment
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.mapping.strict import strict_row
from stripe_django.testing import payload, payloads
from tests.corpus import FILES, needs_corpus, records

CONTEXT = Context(COPY, account="", livemode=False, home=HomeAccount(livemode=False))
CONTEXTS = [
    CONTEXT,
    CONTEXT._replace(account="acct_1"),
    CONTEXT._replace(account=None, livemode=True),
    CONTEXT._replace(parent=Parent("in_1")),
    CONTEXT._replace(moment=Moment(deleted=True)),
]
# With columns of every manner: references, amounts, hashes, variants, values from other keys.
NAMES = ["charge", "customer", "dispute", "invoice", "plan", "source", "subscription", "transfer"]
JUNK = st.sampled_from(
    [None, True, 0, -1, 2**63, 0.5, "", "x", "\x01", "a\tb\\", "y" * 256, {}, {"a": "b"}, ["x"]]
)


def assert_same_row(name, made, context=CONTEXT):
    """Both paths give the same row; returns whether the fast one gave any."""
    model = registry.by_object_name()[name]
    fast, strict = generated_row(model, made, context), strict_row(model, made, context)
    assert fast is None or fast.row == strict.row
    return fast is not None


@pytest.mark.parametrize("name", NAMES)
def test_fast_and_strict_give_the_same_row(name):
    keys = sorted(schema_for(registry.by_object_name()[name]).by_key.keys() - {"id"})
    changes = st.dictionaries(st.sampled_from(keys), JUNK, max_size=4)
    columns = schema_for(registry.by_object_name()[name]).columns
    references = [None, *(each.name for each in columns if each.target is not None)]
    fast = []

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(payloads(name), changes, st.sampled_from(CONTEXTS), st.sampled_from(references))
    def check(made, changed, context, reference):
        if context.parent:
            context = context._replace(parent=Parent("in_1", reference))
        is_secret = redaction.may_contain_secret(json.dumps(made), name)
        try:
            fast.append(assert_same_row(name, made | changed, context) or is_secret)
        except MissingIdError:  # of an unknown account
            assert context.account is None
            with pytest.raises(MissingIdError):
                strict_row(registry.by_object_name()[name], made | changed, context)

    check()
    assert sum(fast) >= 0.5 * len(fast)  # some values are out of bounds


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
        if not has_empty_id(each)
    ]
    assert fast_share(found, CONTEXT._replace(decoded=decoded)) >= 0.95


def has_empty_id(made):
    """Stripe sends null; fixtures that were written by hand have empty strings."""
    model = registry.model_of(made)
    references = [each.key for each in schema_for(model).columns if each.target] if model else []
    return any(made.get(key) == "" for key in references)


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
    row = generated_row(model, made, CONTEXT).row
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
    assert generated_row(model, payload("charge") | changed, CONTEXT) is None
    assert not assert_same_row("charge", payload("charge") | changed)


def test_a_shape_that_is_seen_often_has_a_function():
    model = registry.by_object_name()["charge"]
    made = payload("charge") | {"of_this_test": 1}
    found = [fast_row(model, made, CONTEXT) for _ in range(functions.WORTHWHILE + 1)]
    assert found[:-1] == [None] * functions.WORTHWHILE
    assert found[-1].row == strict_row(model, made, CONTEXT).row


def test_nulls_and_other_values_share_a_function():
    model = registry.by_object_name()["charge"]
    for number in range(functions.WORTHWHILE + 1):
        values = {"description": "x", "review": "prv_1", "amount": 1}
        made = payload("charge") | {"of_the_other": 1} | dict.fromkeys(list(values)[: number % 4])
        found = fast_row(model, made, CONTEXT)
    assert found is not None
