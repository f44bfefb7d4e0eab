"""Input that Stripe should not send: refused with a clear error, or kept exactly as it came."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_django import fields, sync
from stripe_django.exceptions import MissingIdError, PayloadError, UnknownObjectError
from stripe_django.models import Charge, Customer, Event, Plan
from stripe_django.models.base import StripeModel

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
MODELS = [model for model in apps.get_models() if issubclass(model, StripeModel)]
GOOD = {"id": "ch_good", "object": "charge"}


def charge(**more):
    return {"id": "ch_1", "object": "charge", **more}


def given_back(payload):
    return sync.apply(payload, as_of=WHEN).row.to_stripe()


def comparable(value):
    """The value with its numbers, but for true and false, as one type."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(item) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(repr(value) if isinstance(value, float) else value)
        return ("number", number if number.is_finite() else str(number))
    return (type(value).__name__, value)


def assert_kept(*payloads):
    """In a list: the payloads come back as they are, and so does their neighbour."""
    result = sync.apply([*payloads, GOOD], as_of=WHEN)
    assert result.failures == []
    assert_same([row.to_stripe() for row in result.rows], [*payloads, GOOD])


def assert_same(found, expected):
    """Names the first difference alone: pytest takes minutes to compare such long texts."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        is_same = comparable(one) == comparable(other)
        assert is_same, f"{one!r:.2000} is not {other!r:.2000}"


def assert_refused(*payloads, error=PayloadError):
    """Alone, an error; in a list, failures beside a neighbour that lands."""
    for payload in payloads:
        with pytest.raises(error) as raised:
            sync.apply(payload, as_of=WHEN)
        assert len(str(raised.value)) < 400
    result = sync.apply([*payloads, GOOD], as_of=WHEN)
    assert len(result.failures) == result.counts["failed"] == len(payloads)
    assert all(str(failure).encode() for failure in result.failures)
    assert [row.to_stripe() for row in result.rows] == [GOOD]


def kind_of(value):
    return type(value).__name__


def nested(depth, kind=list):
    value = "deep"
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


@pytest.mark.parametrize(
    "body", [None, 1, 1.5, True, "x", "", b"", b"{}", object(), {1}, lambda: 1]
)
def test_what_is_no_object_is_refused(body):
    assert_refused(body)


@pytest.mark.parametrize("body", [[], (), {"object": "list", "data": []}])
def test_an_empty_list_is_nothing(body):
    result = sync.apply(body)
    assert (result.rows, result.row, +result.counts) == ([], None, {})


@pytest.mark.parametrize("depth", [2, 50, 2000])
def test_lists_of_lists_are_no_objects(depth):
    result = sync.apply([nested(depth), GOOD])
    assert (len(result.failures), [row.to_stripe() for row in result.rows]) == (1, [GOOD])


@pytest.mark.parametrize("data", [None, 1, "x", {}, {"id": "ch_1"}])
def test_a_list_without_data_is_refused(data):
    with pytest.raises(PayloadError):
        sync.apply({"object": "list", "data": data})


@pytest.mark.parametrize(
    "name",
    [None, "", "unicorn", "charge ", "Charge", 1, 10**5000, ["charge"], {"object": "charge"}],
    ids=kind_of,
)
def test_an_unknown_object_is_refused(name):
    assert_refused({"id": "x_1", "object": name}, error=UnknownObjectError)
    assert_refused({"id": "x_1"}, error=UnknownObjectError)


def test_an_unknown_object_of_any_depth_is_refused():
    assert_refused({"id": "x_1", "object": nested(980)}, error=UnknownObjectError)
    assert_refused({"id": "x_1", "object": nested(2000)}, error=UnknownObjectError)


@pytest.mark.parametrize("payload", [{"object": "charge"}, {"object": "charge", "id": None}])
def test_a_missing_id_is_refused(payload):
    assert_refused(payload, error=MissingIdError)
    assert_refused({**payload, "deleted": True}, error=MissingIdError)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        0,
        1,
        1.5,
        True,
        [],
        ["ch_1"],
        {},
        {"id": "ch_1"},
        "x" * 256,
        "x" * 5000,
        "a\0b",
        "\ud83d",
        b"ch_1",
        10**5000,
        nested(980),
    ],
    ids=kind_of,
)
def test_an_id_that_cannot_be_one_is_refused(bad):
    assert_refused({"id": bad, "object": "charge"})


TEXT_IDS = [
    "🎉",
    "ch 1",
    "a'b\"c",
    "%s",
    "-- x",
    "x" * 255,
    "\U0001f389" * 255,
    "\\",
    "a\nb",
    "\x7f",
]


@pytest.mark.parametrize("strange", TEXT_IDS)
def test_a_strange_id_is_kept(strange):
    assert_kept({"id": strange, "object": "plan"})
    assert Plan.objects.get(stripe_id=strange).api_id == strange


NUMBERS = [
    0,
    -1,
    1,
    2**31 - 1,
    2**31,
    -(2**31),
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    2**64,
    10**300,
    -(10**300),
]
FRACTIONS = [0.1, -0.5, 1e-7, 5e-324, 1e16, 1.5e300, 1e22, 123456789012345.67, 0.30000000000000004]
DECIMALS = [
    Decimal(text)
    for text in (
        "0.1",
        "12.5",
        "-12.5",
        "1.10",
        "0E-20",
        "0.123456789012345678901234567890",
        "123456789012345678901234567890.5",
        "1E+999999",
        "-1E+999999",
        "1E-999999",
        "1E+16",
        "1E2",
        "999999.999999999999",
        "1000000.5",
        "0.0000000000001",
    )
]
NOT_FINITE = [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("-Infinity")]
TEXTS = [
    "",
    " ",
    "x",
    "x" * 255,
    "x" * 256,
    "x" * 5000,
    "é" * 5000,
    "🎉" * 255,
    "a\0b",
    "\0",
    "\ud83d",
    "\udc00\ud83d",
    "\\u0000",
    "\\ud83d",
    "NaN",
    "1e+5",
    "null",
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.123456+05:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "2026-13-01",
    "euro",
    "EUR",
    "\ufffe\uffff",
    "\x01\x1f",
    "'; DROP TABLE x; --",
    "%s",
]
NESTED = [
    [],
    {},
    [None],
    {"": 1},
    {"a\0b": 1},
    {"\ud83d": 1},
    {"a": "b\0"},
    {"a": ["\udfff"]},
    {"id": "x_1"},
    {"id": "a\0", "object": "customer"},
    {"object": "customer"},
    {"id": None, "object": "customer"},
    {"object": "list"},
    {"object": "list", "data": 1},
    {"object": "list", "data": [1, None, "x", [], {}]},
    {"data": {"data": []}},
    {"_absent": 1, "_encoded": 2},
    {"a": 2**70},
    {"a": 1e22},
    {"a": Decimal("1E+999999")},
    {"a": float("nan")},
    [[[]]],
    {"deleted": True},
    {"has_more": True, "data": "x"},
    {"has_more": True, "data": ["x"], "url": "/v1/x"},
    {"object": ["x"]},
    {"object": {"object": "x"}},
    {"object": {}, "id": "x_1"},
]
TIMES = [-62135596801, -30610224000, 253402300799, 253402300800, 10**18]
JUNK = [
    None,
    True,
    False,
    *NUMBERS,
    *TIMES,
    *FRACTIONS,
    *DECIMALS,
    *NOT_FINITE,
    *TEXTS,
    *NESTED,
    nested(28),
    nested(31),
    nested(50, dict),
]


def keys_of(chosen):
    """The keys that these columns are filled from."""
    paths = {source for field in chosen for source in field.sources if isinstance(source, str)}
    found = {path.split(".")[0] for path in paths}
    return sorted((found | {"unknown_key", "items", "total_taxes"}) - {"id", "object"})


def manner_of(field):
    """What tells one column from another to the mapping."""
    details = ("unit", "as_text", "owned", "orphan_removal", "implicit", "opaque", "on_request")
    sources = [callable(source) or "." in source for source in field.sources]
    target = getattr(field, "related_model", None)
    identity = target and (target.stripe.id_prefixes, target.stripe.id_from, target.stripe.id_scope)
    return type(field), identity, *sources, *(getattr(field, name, None) for name in details)


def one_of_each_manner():
    """For each model, the columns of a manner that no model before it has."""
    seen = {}
    for model in MODELS:
        for field in model._meta.get_fields():
            if isinstance(field, fields.StripeField):
                seen.setdefault(manner_of(field), (model, field))
    by_model = {}
    for model, field in seen.values():
        by_model.setdefault(model, []).append(field)
    return by_model


@pytest.mark.parametrize(
    ("model", "chosen"),
    [pytest.param(*pair, id=pair[0].__name__) for pair in one_of_each_manner().items()],
)
def test_every_kind_of_column_takes_anything(model, chosen, both_modes):
    payloads = [
        {"id": f"x_{key}_{number}", "object": model.stripe.object_name, key: value}
        for key in keys_of(chosen)
        for number, value in enumerate(JUNK)
    ]
    result = sync.apply(payloads, as_of=WHEN)
    assert model is Event or result.failures == []
    assert_same([row.to_stripe() for row in result.rows], payloads)


def test_all_of_it_at_once():
    assert_kept(charge(**{f"key_{number}": value for number, value in enumerate(JUNK)}))


@pytest.mark.parametrize(
    "key", ["_absent", "_encoded", "", " ", "a\0b", "\ud83d", "x" * 5000, "🎉", "a.b"]
)
def test_strange_keys_are_kept(key):
    values = [1, "_absent", ["amount"], {"_encoded": "x"}, None]
    assert_kept(*(charge(id=f"ch_{n}", amount=1, **{key: each}) for n, each in enumerate(values)))


def test_reserved_keys_together():
    assert_kept(charge(_absent=["amount"], _encoded='{"amount": 7}', other="\0"))


@pytest.mark.parametrize("kind", [list, dict])
@pytest.mark.parametrize("depth", [27, 28, 29, 30, 31, 32, 33, 50, 95])
def test_nesting_is_kept(depth, kind):
    keys = ("metadata", "unknown", "customer")
    assert_kept(*(charge(id=f"ch_{key}", **{key: nested(depth, kind)}) for key in keys))


@pytest.mark.parametrize("kind", [list, dict])
@pytest.mark.parametrize("depth", [110, 200, 300, 450, 500, 700, 900, 990, 1000, 2000, 20000])
def test_deep_nesting_is_refused(depth, kind):
    keys = ("metadata", "unknown", "customer", "amount", "refunds")
    assert_refused(*(charge(**{key: nested(depth, kind)}) for key in keys))


@pytest.mark.parametrize(
    "value",
    [datetime(2026, 1, 1, tzinfo=UTC), {1, 2}, b"bytes", object(), 1j, 10**5000],
    ids=kind_of,
)
def test_what_json_does_not_have_is_refused(value):
    keys = ("amount", "created", "description", "metadata", "customer", "new")
    wrapped = (value, [value], {"a": {"b": value}})
    assert_refused(*(charge(**{key: each}) for key in keys for each in wrapped))


@pytest.mark.parametrize("key", [1, None, 1.5, True])
@pytest.mark.parametrize("value", ["x", "\0", float("nan")])
def test_keys_that_are_no_strings_become_strings_as_json_has_it(key, value):
    for name in ("metadata", "new", "amount"):
        payload = charge(**{name: {"a": {key: value}}})
        assert_same([given_back(payload)], [json.loads(json.dumps(payload))])


@pytest.mark.parametrize("value", ["x", "\0", float("nan")])
def test_keys_that_json_does_not_have_are_refused(value):
    assert_refused(charge(metadata={(1, 2): value}))
    assert_refused({**charge(), 1: value})


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        sync.apply(GOOD, as_of=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("number", [1e16, 1e22, Decimal("1E+16"), 1.0, 0.1, Decimal("12.0")])
@pytest.mark.parametrize("key", ["metadata", "new", "amount"])
def test_a_number_with_a_fraction_or_exponent_comes_back_as_one(number, key):
    found = given_back(charge(**{key: [number]}))[key][0]
    assert (found, isinstance(found, float | Decimal)) == (number, True)


def event(**more):
    return {
        "id": "evt_1",
        "object": "event",
        "created": 1767225600,
        "type": "charge.updated",
        **more,
    }


@pytest.mark.parametrize("key", ["data", "created", "type", "account", "user_id", "livemode"])
def test_an_event_with_anything_in_it(key, both_modes):
    plan = {"id": "gold", "object": "plan"}
    payloads = [
        {**event(data={"object": plan}), "id": f"evt_{number}", key: value}
        for number, value in enumerate(JUNK)
    ]
    result = sync.apply([*payloads, GOOD])
    assert key == "data" or result.failures == []
    events = [row.to_stripe() for row in result.rows if isinstance(row, Event)]
    assert_same([*events, result.rows[-1].to_stripe()], [*payloads, GOOD])


@pytest.mark.parametrize(
    "inner", [1, "x", [], {}, {"object": "charge"}, {"object": "unicorn"}, [GOOD]]
)
def test_an_event_is_kept_whatever_is_in_it(inner):
    payload = event(data={"object": inner})
    result = sync.apply([payload, GOOD])
    assert result.rows[0].to_stripe() == payload
    assert Charge.objects.get().to_stripe() == GOOD


@pytest.mark.parametrize(
    "payload",
    [
        charge(amount=2**63, currency="x" * 300, created="soon"),
        charge(amount_refunded=-5, currency="zzz"),
        charge(description="a\0b", metadata={"a": "\ud83d"}),
    ],
)
def test_a_column_that_cannot_hold_a_value_is_null(payload):
    sync.apply(charge(amount=1, amount_refunded=1, description="x", metadata={}), as_of=WHEN)
    row = sync.apply(payload, as_of=WHEN.replace(year=2027)).row
    for name in set(payload) - {"id", "object", "currency"}:
        assert getattr(row, name) is None
    assert row.to_stripe() == payload


def test_an_unknown_currency_is_stored():
    assert sync.apply(charge(currency="zzz"), as_of=WHEN).row.currency == "zzz"


def test_digits_survive_the_raw_body():
    body = (
        '{"id": "x", "object": "plan", "rate": 0.123456789012345678901234567890, "big": 1e999999}'
    )
    payload = json.loads(body, parse_float=Decimal)
    assert_same([given_back(payload)], [payload])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False).filter(lambda number: set(str(number)) & {".", "E", "I"})
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=()), max_size=8), inner, max_size=4
        )
    ),
    max_leaves=12,
)
STRIPE_FIELDS = [each for each in Charge._meta.fields if isinstance(each, fields.StripeField)]
KEYS = st.sampled_from(keys_of(STRIPE_FIELDS)) | st.text(
    st.characters(exclude_categories=()), max_size=8
)
FIELDS = st.dictionaries(KEYS.filter(lambda key: key not in ("id", "object")), JSON, max_size=8)
quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def is_modelled(value):
    return isinstance(value, dict) and isinstance(value.get("object"), str)


@quick
@given(
    payloads=st.lists(FIELDS.filter(lambda f: not any(map(is_modelled, f.values()))), max_size=8)
)
def test_any_json_as_the_fields_of_a_charge(payloads):
    charges = [{**each, "id": f"ch_{n}", "object": "charge"} for n, each in enumerate(payloads)]
    charges = [each for each in charges if each.get("livemode") is not True]  # of the other mode
    Charge.objects.all()._raw_delete("default")
    result = sync.apply(charges, as_of=WHEN)
    assert result.failures == []
    assert_same([row.to_stripe() for row in result.rows], charges)


def test_the_neighbours_of_any_of_it_land():
    bad = [None, 1, [], {}, {"object": "charge"}, {"object": "x", "id": "y"}, charge(new=b"")]
    good = [{"id": f"cus_{n}", "object": "customer"} for n in range(100)]
    mixed = [item for n, each in enumerate(good) for item in (bad[n % len(bad)], each)]
    result = sync.apply(mixed, as_of=WHEN)
    assert (Customer.objects.count(), len(result.failures)) == (100, 100)
    assert +result.counts == {"created": 100, "failed": 100}
