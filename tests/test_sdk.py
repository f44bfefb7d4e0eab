"""What the source of the ``stripe`` package says, without running it."""

import ast
from textwrap import dedent

import pytest
from django.conf import settings

from stripe_django.sdk import events, objects
from stripe_django.sdk.annotations import Annotation, Kind, object_name_of
from stripe_django.sdk.endpoints import endpoints
from stripe_django.sdk.nested import holds_objects
from stripe_django.sdk.objects import fields_of
from stripe_django.sdk.source import SourceClass, SourceModule, module

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

IMPORTS = {
    "ChargeResource": ("stripe._charge", "Charge"),
    "Refund": ("stripe._refund", "Refund"),
    "Nobody": ("elsewhere", "Nobody"),
}
CHARGE, REFUND = ("charge",), ("refund",)


def source(code):
    """The first class of a module with this code, which imports some objects."""
    nodes = {node.name: node for node in ast.parse(dedent(code)).body}
    return SourceClass(SourceModule(nodes, IMPORTS), next(iter(nodes.values())))


def annotation(text):
    code = f"class Thing:\n  class Inner:\n    code: str\n  key: {text}\n"
    return fields_of(source(code))["key"].annotation


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("str", Annotation(Kind.TEXT)),
        ("int", Annotation(Kind.INTEGER)),
        ("float", Annotation(Kind.FLOAT)),
        ("bool", Annotation(Kind.FLAG)),
        ("Decimal", Annotation(Kind.DECIMAL)),
        ("Any", Annotation(Kind.ANY)),
        ("'str'", Annotation(Kind.TEXT)),
        ("Optional[int]", Annotation(Kind.INTEGER, optional=True)),
        ("'Optional[int]'", Annotation(Kind.INTEGER, optional=True)),
        ("Literal['a', 'b']", Annotation(Kind.ENUM, values=("a", "b"))),
        ("Literal[30, 60]", Annotation(Kind.ENUM, values=("30", "60"))),
        ("Union[Literal['a', 'b'], str]", Annotation(Kind.ENUM, values=("a", "b"))),
        ("Union[int, str]", Annotation(Kind.ANY)),
        ("List[str]", Annotation(Kind.LIST, items=Annotation(Kind.TEXT))),
        ("Dict[str, int]", Annotation(Kind.MAP, items=Annotation(Kind.INTEGER))),
        ("UntypedStripeObject[str]", Annotation(Kind.MAP, items=Annotation(Kind.TEXT))),
        ("'ChargeResource'", Annotation(Kind.OBJECT, targets=CHARGE)),
        ("Union['ChargeResource', 'Refund']", Annotation(Kind.OBJECT, targets=CHARGE + REFUND)),
        (
            "Optional[ExpandableField['Refund']]",
            Annotation(Kind.EXPANDABLE, optional=True, targets=REFUND),
        ),
        (
            "ExpandableField[Union['ChargeResource', 'Refund']]",
            Annotation(Kind.EXPANDABLE, targets=CHARGE + REFUND),
        ),
        (
            "ListObject['Refund']",
            Annotation(Kind.PAGE, items=Annotation(Kind.OBJECT, targets=REFUND)),
        ),
        ("'Nobody'", Annotation(Kind.ANY)),
        ("Unheard", Annotation(Kind.ANY)),
    ],
)
def test_an_annotation(text, found):
    assert annotation(text) == found


def test_a_nested_class_is_a_hash_with_fields_of_its_own():
    found = annotation("Optional[Inner]")
    assert (found.kind, found.optional) == (Kind.HASH, True)
    assert fields_of(found.shape)["code"].annotation == Annotation(Kind.TEXT)


FIELDS = source(
    '''
    class Thing:
        """A thing."""

        OBJECT_NAME: ClassVar[Literal["thing"]] = "thing"
        _inner: int
        class Deep:
            code: str
        amount: int
        """
        In the smallest
        unit.
        """
        from_: str
        no_text: str
        deep: Deep
        _field_remappings = {"from_": "from"}
    '''
)


def test_the_fields_by_the_keys_of_the_payload():
    found = fields_of(FIELDS)
    assert {name: field.doc for name, field in found.items()} == {
        "amount": "In the smallest unit.",
        "from": "",
        "no_text": "",
        "deep": "",
    }
    assert FIELDS.doc == "A thing."


def test_the_name_of_an_object():
    assert object_name_of(FIELDS) == "thing"
    assert object_name_of(fields_of(FIELDS)["deep"].annotation.shape) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("'Refund'", True),
        ("ListObject['Refund']", True),
        ("List['Refund']", True),
        ("ExpandableField['Refund']", False),
        ("Inner", False),
        ("List[str]", False),
    ],
)
def test_what_holds_objects(text, holds):
    assert holds_objects(annotation(text)) is holds


def test_a_hash_holds_objects_at_any_depth():
    nested = source(
        """
        class Thing:
            class Deep:
                refunds: List["Refund"]
            key: Optional[Deep]
        """
    )
    assert holds_objects(fields_of(nested)["key"].annotation)


def test_a_module_that_is_not_of_the_package_is_empty():
    assert (module("os.path").classes, module("stripe.nothing").classes) == ({}, {})


def test_an_object_of_the_package():
    found = objects.sdk_object("charge")
    assert found.name == "charge"
    assert found.fields["status"].annotation.values == ("failed", "pending", "succeeded")
    with pytest.raises(KeyError):
        objects.sdk_object("unicorn")


# Requests


def found_at(path, method="get"):
    [found] = [each for each in endpoints() if (each.path, each.method) == (path, method)]
    return found


def test_a_list():
    found = found_at("/v1/charges")
    assert (found.is_list, found.targets, found.required) == (True, CHARGE, ())
    assert {"created", "customer", "limit"} <= set(found.filters)


def test_an_object_at_its_address():
    found = found_at("/v1/charges/{charge}")
    assert (found.method, found.is_list, found.targets) == ("get", False, CHARGE)
    assert (found.required, found.filters) == ((), {"expand": False})


def test_a_list_that_needs_a_parameter():
    assert found_at("/v1/setup_attempts").required == ("setup_intent",)


def test_a_list_of_several_kinds_by_owner():
    found = found_at("/v1/accounts/{account}/external_accounts")
    assert (found.is_list, set(found.targets)) == (True, {"bank_account", "card"})


def test_a_request_that_changes_something():
    assert found_at("/v1/charges", "post").targets == CHARGE


# Events


@pytest.mark.parametrize(
    ("event_type", "names"),
    [
        ("charge.succeeded", ("charge",)),
        ("customer.subscription.updated", ("subscription",)),
        ("issuing_card.created", ("issuing.card",)),
        ("charge.dispute.closed", ("dispute",)),
        ("account.external_account.created", ("bank_account", "card")),
        ("unicorn.seen", ()),
    ],
)
def test_what_an_event_is_about(event_type, names):
    assert events.objects_of(event_type) == names
