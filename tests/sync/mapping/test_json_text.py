"""Both encoders write the same text, so that a row has one digest whichever wrote it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_django.sync.mapping.json_text import encode_quickly
from tests.corpus import FILES, needs_corpus, records

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_any_value(value):
    assert encode_quickly(value, decoded=True) == encode_quickly(value)


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
