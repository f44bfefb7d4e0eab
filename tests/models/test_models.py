"""The models are what the reference of 2016 documents, and say what they are."""

import pytest
from django.apps import apps
from django.db import models

from stripe_django import fields
from stripe_django import models as stripe_models
from stripe_django.fields.base import PlainInMigrations
from stripe_django.models import (
    Account,
    ApplicationFeeRefund,
    Card,
    DisputeEvidence,
    Invoice,
    Subscription,
)
from stripe_django.models.base import StripeModel
from tests.documented import COMPUTED, DOCUMENTED, facts_of, needs_seed, seed_rows

MODELS = [model for model in apps.get_models() if issubclass(model, StripeModel)]

documented = pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row['class']}.{row['field']}") for row in DOCUMENTED]
)
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def field_of(row):
    return getattr(stripe_models, row["class"])._meta.get_field(row["field"])


def test_the_table_documents_24_models_and_339_fields():
    assert len({row["class"] for row in DOCUMENTED}) == 24
    assert len({(row["class"], row["field"]) for row in DOCUMENTED}) == len(DOCUMENTED) == 339


@needs_seed
def test_the_table_is_that_of_the_seed():
    assert [facts_of(row) for row in seed_rows()] == DOCUMENTED


@documented
def test_a_documented_field_exists_with_its_type(row):
    field = field_of(row)
    assert isinstance(field, getattr(models, row["type"]))
    assert not row["target"] or field.related_model.__name__ == row["target"]


@documented
def test_a_documented_field_has_the_documented_column(row):
    field = field_of(row)
    was_id = row["type"] == "ForeignKey" and row["documented_type"] == "CharField"
    name = row["documented_name"] + "_id" * was_id
    assert field.name == name if field.many_to_many else field.attname == field.column == name


@documented
def test_a_documented_source_is_a_source_of_the_field(row):
    described = row["sources"].split()
    paths = [source for source in described if source != COMPUTED]
    sources = getattr(field_of(row), "sources", ())
    assert [source for source in sources if source in paths] == paths
    # Others may be computed as well, for API versions before the documented one.
    assert any(map(callable, sources)) or len(paths) == len(described)


def is_from_stripe(field):
    return isinstance(field, fields.StripeField)


@each_model
def test_the_model_says_what_it_is(model):
    assert model.__dict__["__doc__"].endswith(".")
    assert model.stripe.object_name


@pytest.mark.parametrize("model", [*apps.get_app_config("stripe_django").get_models()])
def test_every_field_has_a_sentence_of_help(model):
    local = [field for field in model._meta.get_fields() if isinstance(field, PlainInMigrations)]
    assert [field.name for field in local if not is_sentence(field.help_text)] == []


def is_sentence(text):
    return text[:1].isupper() and text.endswith(".")


@each_model
def test_metadata_and_created_come_last(model):
    names = [field.name for field in model._meta.local_fields]
    assert set(names[-2:]) & {"metadata", "created"} == {"metadata", "created"} & set(names)


def test_reverse_names_from_dispute_evidence_are_prefixed():
    references = [field for field in DisputeEvidence._meta.fields if field.is_relation]
    assert len(references) == 10
    assert all(field.remote_field.related_name.startswith("dispute_") for field in references)


@each_model
def test_reverse_names_are_plural(model):
    related = (each for each in model._meta.related_objects if each.related_model in MODELS)
    assert [each.name for each in related if not each.name.endswith("s")] == []


@pytest.mark.parametrize("model", [ApplicationFeeRefund, Card])
def test_a_path_through_a_parent_names_columns_of_the_row(model):
    row = model(stripe_id="x_1", **dict.fromkeys(parent_columns(model), "parent_1"))
    assert "parent_1" in model.stripe.retrieve_path.format(**vars(row) | {"id": "x_1"})


def parent_columns(model):
    return [field.attname for field in model._meta.fields if getattr(field, "parent_lists", ())]


def computed(model, name, payload):
    """The value of the field's one computed source."""
    (function,) = filter(callable, model._meta.get_field(name).sources)
    return function(payload)


@pytest.mark.parametrize(
    ("model", "name", "payload", "value"),
    [
        (Account, "managed", {"type": "custom"}, True),
        (Account, "managed", {"type": "standard"}, False),
        (Invoice, "closed", {"status": "void"}, True),
        (Invoice, "closed", {"status": "open"}, False),
        (Invoice, "forgiven", {"status": "uncollectible"}, True),
        (Invoice, "forgiven", {"status": "paid"}, False),
        (Invoice, "paid", {"status": "paid"}, True),
        (Invoice, "paid", {"status": "draft"}, False),
        (Invoice, "tax", {"total_taxes": [{"amount": 7}, {"amount": 3}]}, 10),
        (Invoice, "tax", {"total_taxes": None, "total_tax_amounts": [{"amount": 4}]}, 4),
        (Invoice, "tax", {"total_taxes": [{"amount": True}, {"amount": "2"}, 5, {}]}, 0),
        (Subscription, "plan", {"items": {"data": [{"plan": {"id": "gold"}}]}}, {"id": "gold"}),
        (Subscription, "plan", {"items": {"data": [{"plan": "a"}, {"plan": "b"}]}}, None),
        (Subscription, "quantity", {"items": {"data": [{"quantity": 3}]}}, 3),
    ],
)
def test_computed_sources(model, name, payload, value):
    assert computed(model, name, payload) == value


@pytest.mark.parametrize("junk", [None, 0, "x", [], {}, [None], {"data": 1}, {"data": [[]]}])
@pytest.mark.parametrize(
    ("model", "name"),
    [
        (model, field.name)
        for model in MODELS
        for field in model._meta.get_fields()
        if is_from_stripe(field) and any(map(callable, field.sources))
    ],
)
def test_computed_sources_never_raise(model, name, junk):
    payload = dict.fromkeys(("type", "status", "total_taxes", "total_tax_amounts", "items"), junk)
    assert computed(model, name, payload) in (None, False, 0)
    assert computed(model, name, {}) is None
