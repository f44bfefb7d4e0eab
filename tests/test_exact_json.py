"""One decoder is quick and one is the standard library's: nobody can tell which one was asked."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_django import exact_json
from tests.corpus import FILES, needs_corpus

NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.text() | NUMBERS
VALUES = st.recursive(
    SCALARS, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=20
)
TEXTS = [
    *("-0", "-0.0", "1.10", "1E-7", "1e400", "9" * 40, "18446744073709551616"),
    *("NaN", "[Infinity]", '{"a": -Infinity}', "1e99999999999999999999", "9" * 5_000),
    *('{"a": 1, "a": 2}', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"a\tb"', '"\ud800"'),
    *("[1,]", "01", "1.", "+1", "[", "", " 1 \n", "1 2", "[" * 5_000 + "]" * 5_000),
    *("\ufeff1", b"\xef\xbb\xbf1", b'"\xff"', b"\xff\xfe1\x00"),
]


KINDS = (ValueError, ArithmeticError, RecursionError)  # of errors


def standard(text):
    return json.loads(text, parse_float=Decimal, parse_constant=Decimal)


def outcome(decode, text):
    """The value with its types and the order of its keys, or the kind of error."""
    try:
        return repr(decode(text))
    except KINDS as error:
        return next(kind for kind in KINDS if isinstance(error, kind))


def test_the_quick_one_is_asked():
    assert exact_json._decoder is not None


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
def test_odd_texts(text):
    assert outcome(exact_json.decode, text) == outcome(standard, text)


@given(VALUES)
def test_any_value(value):
    text = json.dumps(value, default=lambda number: {"number": str(number)})
    assert outcome(exact_json.decode, text) == outcome(standard, text)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_number(number):
    assert repr(exact_json.decode(str(number))) == repr(standard(str(number)))


@given(st.text(alphabet='[]{}",:0123456789.-+eE \\ud8ntrfalsNIy'))
def test_any_text(text):
    assert outcome(exact_json.decode, text) == outcome(standard, text)


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_corpus(path):
    for line in path.read_bytes().splitlines():
        assert outcome(exact_json.decode, line) == outcome(standard, line)


def test_constants_are_handed_over():
    assert exact_json.decode('["NaN", NaN]', str.lower) == ["NaN", "nan"]
