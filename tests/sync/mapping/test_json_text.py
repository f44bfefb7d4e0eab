"""Both encoders write the same text, so that a row has one digest whichever wrote it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_django.sync.mapping.json_text import encode_each, encode_quickly
from tests.corpus import FILES, needs_corpus, records

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_any_value(value):
    assert encode_quickly(value, decoded=True) == encode_quickly(value)


@given(st.lists(VALUES, max_size=5))
def test_several_values_have_the_texts_of_each(values):
    texts = [None if value is None else encode_quickly(value) for value in values]
    has_all = texts.count(None) == values.count(None)
    assert encode_each(values, decoded=True) == (texts if has_all else None)


def test_several_values_of_which_one_is_deep_or_has_no_text():
    several = [{"a": "b"}, None, {"name": "ü"}, {"a": [{}] * 40}]
    assert encode_each(several, decoded=True) == [v and encode_quickly(v) for v in several]
    for odd in (Decimal("NaN"), nested(31), 2**70, Decimal("1e30")):
        texts = [encode_quickly(value) for value in ({"a": "b"}, odd)]
        assert encode_each([{"a": "b"}, odd], decoded=True) == (texts if all(texts) else None)
    assert encode_each([{"a": "b"}, nested(31)], decoded=True) is None


def nested(depth):
    return [nested(depth - 1)] if depth else []


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_payload(path):
    for record in records(path):
        payload = json.loads(json.dumps(record["payload"]), parse_float=Decimal)
        assert encode_quickly(payload, decoded=True) == encode_quickly(payload)


@pytest.mark.parametrize(
    "value", ["ü", "\x7f", "\ud800", 2**70, Decimal("1E-7"), Decimal("NaN"), {"b": 1, "a": [{}]}]
)
def test_where_they_might_differ(value):
    assert encode_quickly({"a": value}, decoded=True) == encode_quickly({"a": value})
