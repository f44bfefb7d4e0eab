"""Three of everything at Stripe: one sync brings them all, a second one finds nothing to do."""

from collections import Counter

import pytest

from stripe_django import fields, registry
from stripe_django.models import (
    Account,
    BankAccount,
    Discount,
    DisputeEvidence,
    Event,
    FinancialConnectionsAccountOwner,
    TaxCalculationLineItem,
    TaxTransactionLineItem,
    V2CoreEvent,
)
from stripe_django.sync.backfill import engine
from stripe_django.sync.backfill.list_endpoints import listable
from stripe_django.sync.writer.precedence import Outcome

pytestmark = pytest.mark.django_db

WHO_OWNS_IT = {BankAccount: "customer"}  # where a model has several references to owners

PARTS = {DisputeEvidence}  # inside an object that is listed

# Members of nested lists of what Stripe does not list either.
OF_UNLISTED = {FinancialConnectionsAccountOwner, TaxCalculationLineItem, TaxTransactionLineItem}


def owner_of(model):
    """The reference to the object that this one is listed under."""
    name = WHO_OWNS_IT.get(model)
    owners = (
        field
        for field in model._meta.fields
        if isinstance(field, fields.Reference)
        and (field.parent_lists or field.name == model.stripe.list_parent)
        and name in (None, field.name)
    )
    return next(owners, None)


def three_of_everything(fake):
    """The made objects by model."""
    made = {}

    def make(model):
        if model not in made:
            reference = owner_of(model)
            owners = make(reference.related_model) if reference else [{}] * 3
            made[model] = [
                fake.create(model.stripe.object_name, within=owner.get("id", ""))
                for owner in owners
            ]
        return made[model]

    for model in registry.models():
        make(model)


def expected(model):
    """How many rows there are to be: three, unless Stripe has one, or no list of them at all."""
    if model.stripe.singleton_path:
        return 4 if model is Account else 1  # the account of the key, and three connected ones
    is_member = owner_of(model) is not None and model not in OF_UNLISTED
    return 3 if model.stripe.list_path or is_member or model in PARTS else 0


def run():
    outcomes = Counter()
    for each in engine.run(listable()):
        assert (each.status, each.error, each.report.failures) == ("done", "", []), each.model
        for (_, outcome), count in each.report.counts.items():
            outcomes[outcome] += count
    return outcomes


def test_one_sync_brings_everything_that_is_listed(fake_stripe):
    three_of_everything(fake_stripe)
    run()
    # Of what is inside other objects there are copies, which have no time.
    rows = {model: model.objects.exclude(as_of=None).count() for model in registry.models()}
    several = {Event, V2CoreEvent, Discount}  # one for each of the other objects, or inside them
    assert {model: rows[model] for model in rows if model not in several} == {
        model: expected(model) for model in rows if model not in several
    }
    again = run()
    assert (again[Outcome.CREATED], again[Outcome.UPDATED]) == (0, 0)
