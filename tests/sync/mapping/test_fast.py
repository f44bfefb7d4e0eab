"""The quick way to a row and the careful one end alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_django import registry
from stripe_django.sync.mapping.context import Context
from stripe_django.sync.mapping.fast import Snapshot, SuspiciousError
from stripe_django.sync.mapping.rows import COPY
from stripe_django.sync.mapping.schema import plan
from stripe_django.sync.mapping.strict import CarefulSnapshot
from stripe_django.sync.mapping.type_profiles import fit
from stripe_django.testing import payload, payloads

CONTEXT = Context(COPY, account="", livemode=False, home=False)
# With columns of every manner: references, amounts, hashes, kinds, values from other keys.
NAMES = ["charge", "customer", "dispute", "invoice", "plan", "source", "subscription", "transfer"]
JUNK = st.sampled_from(
    [None, True, 0, -1, 2**63, 0.5, "", "x", "y" * 256, {}, {"a": "b"}, [], ["x"]]
)


def both(name, made):
    model = registry.by_object_name()[name]
    rows = [kind(model, made, CONTEXT).row for kind in (Snapshot, CarefulSnapshot)]
    return [(row.values, row.extra, row.preserved_columns, row.links) for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_quick_and_careful_are_alike(name):
    keys = sorted(plan(registry.by_object_name()[name]).by_key.keys() - {"id"})
    changes = st.dictionaries(st.sampled_from(keys), JUNK, max_size=4)

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(payloads(name), changes)
    def check(made, changed):
        try:
            quick, careful = both(name, made | changed)
        except SuspiciousError:
            return
        assert quick == careful

    check()


@pytest.mark.parametrize("has_key", [True, False])
def test_json_that_is_in_two_columns_is_the_same_text(has_key):
    made = payload("charge")
    assert made.pop("source") is None
    quick, careful = both("charge", made | ({"source": None} if has_key else {}))
    assert quick == careful
    values, extra, *_ = quick
    names = plan(registry.by_object_name()["charge"]).index
    assert values[names["source"]] == values[names["payment_method_details"]] is not None
    assert ('"source":null' in extra) is has_key


def test_one_fit_for_values_of_the_same_types():
    model = registry.by_object_name()["charge"]
    types = [
        tuple(type(payload("charge", amount=amount).get(key)) for key in plan(model).keys)
        for amount in (1, 2)
    ]
    assert fit(model, types[0]) is fit(model, types[1])
