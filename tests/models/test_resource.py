"""What a model declares about its Stripe object."""

from dataclasses import FrozenInstanceError, fields
from string import Formatter

import pytest

from stripe_django import registry
from stripe_django.fields import Reference
from stripe_django.models import Charge, FileUpload, Token
from stripe_django.models.areas import Area
from stripe_django.models.base import StripeModel
from stripe_django.models.resource import Resource

each_model = pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)


def test_what_follows_from_the_name_and_the_list():
    resource = Resource("tax.made_up", list_path="/v1/tax/made_ups")
    assert resource.area is Area.TAX
    assert resource.retrieve_path == "/v1/tax/made_ups/{id}"
    assert (resource.names, resource.is_v2) == (("tax.made_up",), False)


def test_the_declaration_of_a_model():
    assert Charge.stripe.object_name == Charge().stripe.object_name == "charge"
    assert (Charge.stripe.area, Charge.stripe.dashboard_path) == (Area.PAYMENTS, "payments")
    assert Token.stripe.retrieve_path == "/v1/tokens/{id}"
    assert FileUpload.stripe.names == ("file", "file_upload")


def test_an_attribute_cannot_be_set():
    with pytest.raises(FrozenInstanceError):
        Charge.stripe.list_path = "/v1/other"


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"former_names": ("thing",)}, "former_names repeats the name"),
        ({"id_from": ("mode", "customer")}, "'parent' and 'mode' stand alone"),
        ({"id_from": ("customer",), "id_scope": "customer"}, "Set id_scope or id_from"),
        ({"list_path": "v1/things"}, "list_path must begin with /v1/ or /v2/"),
        ({"singleton_path": "/thing"}, "singleton_path must begin with"),
        ({"retrieve_path": "things/{id}"}, "retrieve_path must begin with"),
        ({"list_parent": "customer"}, "Without list_path"),
        ({"list_params": {"type": "a"}}, "Without list_path"),
        ({"list_is_complete": False}, "Without list_path"),
        ({"list_has_created_filter": False}, "Without list_path"),
    ],
)
def test_what_contradicts_itself_is_no_resource(declared, problem):
    with pytest.raises(TypeError, match=r"Resource\('thing'\): .*" + problem):
        Resource("thing", **declared)


def test_an_abstract_model_needs_no_declaration():
    class Base(StripeModel):
        class Meta(StripeModel.Meta):
            abstract = True

    assert not hasattr(Base, "stripe")


@each_model
def test_a_model_declares_its_object_and_product(model):
    assert isinstance(model.stripe, Resource)
    assert isinstance(model.stripe.area, Area)
    assert model.stripe is vars(model)["stripe"]


@each_model
def test_paths_name_columns_of_the_model(model):
    columns = {field.attname for field in model._meta.concrete_fields}
    named = {
        name
        for path in (model.stripe.list_path, model.stripe.retrieve_path)
        for _, name, _, _ in Formatter().parse(path or "")
        if name
    }
    assert named <= columns


@each_model
def test_the_parent_of_a_list_is_a_reference(model):
    if model.stripe.list_parent:
        assert isinstance(model._meta.get_field(model.stripe.list_parent), Reference)


def test_every_attribute_is_declared_by_some_model():
    def is_set(field):
        default = field.default_factory() if field.name == "list_params" else field.default
        return any(getattr(model.stripe, field.name) != default for model in registry.models())

    assert [field.name for field in fields(Resource) if not is_set(field)] == []
