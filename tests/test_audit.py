"""The models account for all that the SDK declares, and the audit says so if they do not."""

import json
import tomllib
from io import StringIO

import pytest
import stripe
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test.utils import isolate_apps

from stripe_django import conf, fields, registry
from stripe_django.audit import omissions
from stripe_django.audit.columns import Key
from stripe_django.audit.compare import audit
from stripe_django.models import Charge, Refund
from stripe_django.models.base import StripeModel
from stripe_django.models.resource import Resource
from stripe_django.sdk import events, objects
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.objects import SdkField

from .checkout import ROOT, Checkout

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

MODEL = "stripe_django/models/credit_note.py"


@pytest.fixture(scope="module")
def found():
    return audit()


def said(*arguments):
    out = StringIO()
    call_command("stripe_audit", *arguments, stdout=out)
    return out.getvalue()


# The models as they are


def test_nothing_is_unaccounted_for(found):
    assert [str(finding) for finding in found.findings] == []
    assert "nothing" not in found.rules


def test_it_is_the_pinned_version_that_is_audited(found):
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["dependency-groups"]["sdk"] == [f"stripe=={found.sdk_version}"]
    assert found.api_version == conf.OPTIONS["API_VERSION"].default


def test_the_totals_are_those_of_the_sdk(found):
    modelled = [name for name in objects.names() if name in registry.by_object_name()]
    declared = [len(objects.sdk_object(name).fields) for name in modelled]
    assert found.objects == len(objects.names()) == 180
    assert found.modelled == len(modelled) == found.objects - len(found.omitted)
    assert found.fields == sum(declared) == sum(found.rules.values())
    assert found.event_types == len(events.event_types()) == 275


def test_few_objects_are_left_out_and_each_has_its_reason(found):
    assert found.omitted == omissions.OBJECTS
    assert len(found.omitted) <= 35
    assert all(found.omitted.values())


@pytest.mark.parametrize("event_type", events.event_types())
def test_every_type_of_event_has_a_model_for_its_object(event_type):
    names = events.objects_of(event_type)
    assert names
    assert set(names) <= registry.by_object_name().keys()


def test_the_command_prints_the_totals(found):
    text = said()
    assert text.startswith(f"stripe {stripe.VERSION}, API {stripe.api_version}\n")
    assert "   180 objects: 164 are models, 16 are omitted on purpose\n" in text
    assert f"{found.fields:6,} fields of these models\n" in text
    assert "account_link" not in text


def test_the_command_lists_what_is_left_out():
    lines = said("--omitted").splitlines()[-len(omissions.OBJECTS) :]
    named = dict(line.split(maxsplit=1) for line in lines)
    assert named == omissions.OBJECTS


def test_json_has_all_of_it(found):
    document = json.loads(said("--json"))
    assert list(document) == [
        "sdk_version",
        "api_version",
        "objects",
        "modelled",
        "omitted",
        "fields",
        "rules",
        "retired",
        "event_types",
        "findings",
    ]
    assert document["rules"] == found.rules
    assert document["findings"] == []


# One key of an object


def kinds_of(field, annotation, key="thing"):
    """The kinds of findings about one key of a model with one field."""

    class Thing(StripeModel):
        stripe = Resource("thing")
        thing = field

        class Meta(StripeModel.Meta):
            app_label = "stripe_django"

    return [finding.kind for finding in Key(Thing, SdkField(key, annotation, "")).findings()]


TEXT, INTEGER, ENUM = Annotation(Kind.TEXT), Annotation(Kind.INTEGER), Annotation(Kind.ENUM)
CHARGE = Annotation(Kind.EXPANDABLE, targets=("charge",))
WITH_OBJECTS = Annotation(Kind.LIST, items=Annotation(Kind.OBJECT, targets=("charge",)))
CHOICES = {"choices": [("a", "a"), ("b", "b")]}


def reference(target, **options):
    return fields.Reference(target, related_name="+", **options)


@isolate_apps("stripe_django")
@pytest.mark.parametrize(
    ("make", "annotation", "kinds"),
    [
        (fields.StringField, TEXT, []),
        (fields.FlagField, TEXT, ["type"]),
        (fields.StringField, INTEGER, ["type"]),
        (fields.TimestampField, INTEGER, []),
        (fields.HashField, INTEGER, []),
        (lambda: fields.StringField(retired=True), TEXT, ["retired"]),
        (lambda: fields.EnumField(**CHOICES), Annotation(Kind.ENUM, values=("a",)), []),
        (lambda: fields.EnumField(**CHOICES), Annotation(Kind.ENUM, values=("c",)), ["enum"]),
        (fields.CodeField, Annotation(Kind.ENUM, values=("c",)), []),
        (lambda: reference(Charge), CHARGE, []),
        (lambda: reference(Refund), CHARGE, ["reference"]),
        (lambda: reference(Refund), TEXT, []),
        (fields.HashField, WITH_OBJECTS, ["nested"]),
        (lambda: fields.HashField(owned=False), WITH_OBJECTS, []),
    ],
)
def test_a_column_and_what_the_sdk_says(make, annotation, kinds):
    assert kinds_of(make(), annotation) == kinds


@isolate_apps("stripe_django")
@pytest.mark.parametrize(
    ("make", "annotation", "kinds"),
    [
        (fields.StringField, TEXT, ["field"]),
        (lambda: fields.StringField(source="key"), TEXT, []),
        (lambda: fields.StringField(source=("key", "old.key")), TEXT, []),
        (lambda: fields.StringField(source="key.inner"), Annotation(Kind.HASH), ["field"]),
        (fields.VariantField, Annotation(Kind.HASH), []),
        (fields.VariantField, TEXT, ["field"]),
    ],
)
def test_a_key_without_a_column_of_its_name(make, annotation, kinds):
    assert kinds_of(make(), annotation, "key") == kinds


@pytest.mark.parametrize(
    ("name", "key", "rule"),
    [
        ("charge", "id", "in every row"),
        ("charge", "amount", "column"),
        ("dispute", "balance_transactions", "column"),
        ("payment_intent", "client_secret", "secret, never stored"),
        ("credit_note", "lines", "reverse side of a reference"),
        ("payment_method", "sepa_debit", "in the column of variants"),
    ],
)
def test_what_accounts_for_a_key(name, key, rule):
    declared = objects.sdk_object(name).fields[key]
    assert Key(registry.by_object_name()[name], declared).rule() == rule


# A package with one thing of each kind wrong


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    copy = Checkout(tmp_path_factory.mktemp("broken"))
    copy.forget("topup", "Topup")
    copy.replace(MODEL, "    memo = fields.TextField(", "    colour = fields.TextField(")
    copy.replace(MODEL, "voided_at = fields.TimestampField(", "voided_at = fields.FlagField(")
    copy.replace(MODEL, '"Invoice", related_name', '"Charge", related_name')
    copy.replace(MODEL, '        VOID = "void"\n')
    copy.replace(MODEL, "fields.CurrencyField(", "fields.CurrencyField(retired=True, ")
    copy.replace(MODEL, "owned=False,")
    copy.replace(
        "stripe_django/audit/omissions.py", "OBJECTS = {", 'OBJECTS = {"charge": "", "unicorn": "",'
    )
    return copy.run("django", "stripe_audit", "--json")


@pytest.mark.parametrize(
    ("kind", "where", "text"),
    [
        ("object", "topup", "no model; write one with: python -m tools.scaffold topup"),
        ("event type", "topup.created", "no model for its object"),
        ("field", "credit_note.memo", "no column holds it, and no rule says why"),
        (
            "retired",
            "credit_note.colour",
            "the SDK no longer has it: mark the column with retired=True",
        ),
        ("retired", "credit_note.currency", "marked as retired, and the SDK has it"),
        ("type", "credit_note.voided_at", "a FlagField cannot hold integer"),
        ("reference", "credit_note.invoice", "points elsewhere; the SDK says Invoice"),
        ("enum", "credit_note.status", "no choice for void"),
        (
            "nested",
            "credit_note.shipping_cost",
            "objects inside: say with owned= whether it owns them",
        ),
        ("omission", "charge", "left out on purpose, and there is a model"),
        ("omission", "unicorn", "left out on purpose, and the SDK has none"),
    ],
)
def test_it_names_what_is_wrong(broken, kind, where, text):
    findings = json.loads(broken.stdout)["findings"]
    named = {
        (each["kind"], ".".join(filter(None, [each["object"], each["field"]]))): each["text"]
        for each in findings
    }
    assert named[kind, where] == text


def test_it_names_nothing_else_and_fails(broken):
    findings = json.loads(broken.stdout)["findings"]
    topups = [each for each in findings if each["object"].startswith("topup")]
    assert len(findings) == 9 + len(topups)
    assert broken.returncode == 1
    assert broken.stderr == f"CommandError: {len(findings)} unaccounted for.\n"


def test_a_wrong_model_fails_in_lines_for_people(monkeypatch):
    monkeypatch.setitem(omissions.OBJECTS, "charge", "")
    with pytest.raises(CommandError, match=r"^1 unaccounted for\.$"):
        said()


def test_another_version_of_the_sdk_is_an_excuse(monkeypatch):
    monkeypatch.setitem(omissions.OBJECTS, "charge", "")
    monkeypatch.setattr(stripe, "api_version", "2026-08-26.dahlia")
    with pytest.raises(CommandError, match=r"models are those of API 2026-10-28\.endive"):
        said()
