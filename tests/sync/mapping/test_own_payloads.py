"""The payloads written for these tests: each goes in, each column is right, and nothing is lost."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.apps import apps

from stripe_django import exceptions, fields, registry, sync
from stripe_django.models import Home
from stripe_django.sync.mapping.generated import functions
from tests.column_check import held, named, wrong_columns
from tests.own_payloads import EVERY, REFUSED, STORED, bare, lost, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("both_modes")]

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS = ("", "acct_Another0000001")

# Whose columns the mapping fills by from_payload() alone, whatever the value.
CONVERTED = [
    fields.DecimalField,
    fields.IndexedEmailField,
    fields.PercentField,
    fields.TimestampField,
]


def kinds():
    """Every type of field that a model has, once."""
    columns = (field for model in registry.models() for field in model._meta.get_fields())
    used = {type(field) for field in columns if isinstance(field, fields.StripeField)}
    return sorted(used, key=lambda kind: kind.__name__)


def by_name(payloads):
    return pytest.mark.parametrize("own", payloads, ids=lambda own: own.name)


def by_kind(classes):
    return pytest.mark.parametrize("kind", classes, ids=lambda kind: kind.__name__)


@pytest.fixture(autouse=True)
def home():
    Home.objects.create(pk=Home.SINGLETON, livemode=False)


def put_in(own, account=""):
    result = sync.apply(own.payload, as_of=WHEN, account=account)
    assert len(result.failures) == own.failures
    return result


def nested_row(name, account):
    """The row of an object inside a payload: its model, and the id as the API knows it."""
    model_name, _, stripe_id = name.partition(" ")
    model = apps.get_model("stripe_django", model_name)
    found = model.objects.filter(stripe_id__endswith=stripe_id)
    qualified = [row for row in found if bare(row.stripe_id) == stripe_id]
    return max(qualified, key=lambda row: (row.stripe_account == account, row.pk))


def assert_right(own, row, account=""):
    unlike = {
        name or column: (shown(each, column), expected)
        for name, each, columns in expectations(own, row, account)
        for column, expected in columns.items()
        if shown(each, column) != expected
    }
    assert unlike == {}
    assert list(lost(own.payload, row.to_stripe(), own.secrets)) == []
    assert wrong_columns(own.payload, row) == {}


def expectations(own, row, account):
    yield "", row, own.expect
    for name, columns in own.nested.items():
        yield name, nested_row(name, account), columns


def test_there_are_enough_of_them():
    assert len(EVERY) >= 120
    assert [name for name, count in Counter(own.name for own in EVERY).items() if count > 1] == []
    assert all(own.expect and own.api_version for own in STORED)


@by_name(STORED)
def test_each_goes_in_and_each_column_is_right(own):
    row = put_in(own).row
    assert_right(own, row)
    assert row.is_alive is not own.payload.get("deleted", False)


@by_name(STORED)
def test_the_same_again_changes_nothing(own):
    put_in(own)
    assert set(put_in(own).counts) - {"failed"} == {"unchanged"}


@pytest.mark.parametrize("order", [ACCOUNTS, ACCOUNTS[::-1]], ids=["own first", "own last"])
@by_name(STORED)
def test_the_same_in_a_second_account(own, order):
    first, second = order
    put_in(own, first)
    for account in (second, first):
        assert_right(own, put_in(own, account).row, account)


@by_name(REFUSED)
def test_what_cannot_be_stored_is_refused(own):
    with pytest.raises(getattr(exceptions, own.refused)):
        sync.apply(own.payload, as_of=WHEN)
    result = sync.apply([own.payload], as_of=WHEN)
    assert (result.rows, len(result.failures)) == ([], 1)


def with_columns_of(kind):
    """Three of the payloads that have a value for a column of the kind."""
    found = []
    for own in STORED:
        model = registry.model_of(own.payload)
        has = [sent for column, sent in named(own.payload, model()) if type(column) is kind]
        if any(sent not in (None, "", 0) for sent in has):
            found.append(own)
    return found[:3]


def filled(own, row, kind):
    """The columns of the kind that the payload names, and the row has a value in."""
    columns = (column for column, _ in named(own.payload, row) if type(column) is kind)
    return {column.name for column in columns if held(row, column) not in (None, set())}


@by_kind(kinds())
def test_the_column_check_finds_each_kind_of_column_that_is_null(kind):
    """Otherwise a kind of field whose values are lost would go unseen."""
    payloads = with_columns_of(kind)
    assert payloads
    for own in payloads:
        row = put_in(own).row
        columns = filled(own, row, kind)
        assert columns
        empty(row, columns)
        assert wrong_columns(own.payload, row).keys() == columns


def empty(row, columns):
    for name in columns:
        column = row._meta.get_field(name)
        if column.many_to_many:
            links = column.remote_field.through.objects
            links.filter(**{column.m2m_field_name(): row.stripe_id})._raw_delete(links.db)
        else:
            setattr(row, column.attname, None)


@by_kind(CONVERTED)
def test_the_column_check_finds_a_field_that_converts_to_null(kind, monkeypatch):
    monkeypatch.setattr(kind, "from_payload", lambda self, value: None)
    functions.forget()  # which may have become those of the shapes before
    for own in with_columns_of(kind):
        assert wrong_columns(own.payload, put_in(own).row)
