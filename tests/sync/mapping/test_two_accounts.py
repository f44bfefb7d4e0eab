"""Payloads that two accounts both have: applied under each, in both orders.

What has an id that is unique in one account only has a row for each; any other row is of the
account that was last said. References stay within the account of their row.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from stripe_django import fields, registry, sync
from stripe_django.models import Home
from stripe_django.models.qualified_ids import QUALIFIED
from stripe_django.sdk import objects
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.schema import target_of
from stripe_django.testing import payload
from tests.corpus import FILES, needs_corpus, records
from tests.round_trip import apart, is_modelled, is_refused, parts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("both_modes")]

ORDERS = [("", "acct_1Other"), ("acct_1Other", "")]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def of_file(path):
    """Its objects, and those in events; an event says itself whose it is."""
    for record in records(path):
        found = record["payload"]
        is_list = isinstance(found, dict) and found.get("object") == "list"
        for each in found["data"] if is_list else [found]:
            if is_modelled(each):
                shown = parts(each)[-1]
                if shown["object"] not in ("event", "v2.core.event") and not is_refused(shown):
                    yield shown


def rows_after(batch, order, times):
    """All rows by model and id."""
    models = {row.model for each in batch for row in mapper.to_rows(each)}
    with transaction.atomic():
        for account, as_of in zip(order, times, strict=True):
            sync.apply(batch, account=account, as_of=as_of)
        found = {(model, row.stripe_id): row for model in models for row in model.objects.all()}
        transaction.set_rollback(True)
    return found


def check(payloads, times=(None, None)):
    Home.objects.get_or_create(pk=Home.SINGLETON, defaults={"livemode": False})
    count = 0
    for batch in apart(payloads):
        one, other = (rows_after(batch, order, times) for order in ORDERS)
        assert one.keys() == other.keys()
        for (model, stripe_id), row in one.items():
            again = other[model, stripe_id]
            assert [*strays(row), *strays(again)] == []
            if model.stripe.is_platform_owned or model.stripe.is_global:
                assert row.stripe_account == again.stripe_account == ""
            if has_row_in_each(model, stripe_id):
                assert (row.stripe_account, row.digest) == (again.stripe_account, again.digest)
                count += 1
        for each in batch:
            for order, rows in zip(ORDERS, (one, other), strict=True):
                assert account_of(each, rows) in (None, order[-1])
    return count


def strays(row):
    """References that leave the account of a row, which only an ambiguous one may have."""
    for field in row._meta.concrete_fields:
        if isinstance(field, fields.Reference) and target_of(field).stripe.id_prefixes is not None:
            value = getattr(row, field.attname) or ""
            account = QUALIFIED.match(value)
            is_elsewhere = account and (account[1] or "") != row.stripe_account
            is_at_home = value.startswith("cus_") and row.stripe_account != ""
            if (is_elsewhere or is_at_home) and not row.ambiguous:
                name = row.stripe.object_name
                yield f"{name} {row} of {row.stripe_account!r}: {field.name} {value}"


def has_row_in_each(model, stripe_id):
    return model.stripe.id_prefixes is not None and QUALIFIED.match(stripe_id)


def account_of(payload, rows):
    """The account of the row of a payload with an id that is unique everywhere."""
    model = registry.model_of(payload)
    is_external = "account" in payload and model.stripe.object_name in ("bank_account", "card")
    if (
        (model.stripe.is_platform_owned or model.stripe.is_global)
        or is_external
        or not isinstance(payload.get("id"), str)
    ):
        return None
    row = rows.get((model, payload["id"]))
    return row.stripe_account if row and model.stripe.id_prefixes is None else None


@pytest.mark.parametrize(
    "times",
    [(None, None), (NOW, NOW + timedelta(1)), (NOW + timedelta(1), NOW), (NOW, NOW)],
    ids=["copies", "newer", "late", "at once"],
)
def test_payloads_of_each_object(times):
    known = [name for name in objects.names() if name in registry.by_object_name()]
    names = [name for name in known if name not in ("event", "v2.core.event")]
    made = [payload(name, seed=3, livemode=False) for name in names]
    assert check([each for each in made if not is_refused(each)], times) > 3


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_payloads_of_the_corpus(path):
    check(of_file(path))
