"""``python -m tools.scaffold`` writes models that are right but for what a person must say."""

import json
import re

import pytest
from django.conf import settings

from stripe_django import registry
from stripe_django.models import CreditNote
from stripe_django.models.base import columns
from stripe_django.sdk import objects
from stripe_django.sdk.objects import sdk_object
from tools.scaffold import files, names, remarks, render
from tools.scaffold.command import find
from tools.scaffold.paths import Paths

from .checkout import Checkout

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

INIT = "stripe_django/models/__init__.py"
MODULE = "stripe_django/models/credit_note.py"
MODELLED = [name for name in objects.names() if name in registry.by_object_name()]
EXCHANGE_RATE = '''\
from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ExchangeRate(StripeModel):
    """"""

    stripe = Resource(
        "exchange_rate", list_path="/v1/exchange_rates", list_has_created_filter=False
    )

    rates = fields.HashField(help_text="")
'''
CAPABILITY = '''\
from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class Capability(StripeModel):
    """"""

    stripe = Resource(
        "capability",
        list_path="/v1/accounts/{account_id}/capabilities",
        list_parent="account",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"
        PENDING = "pending"
        UNREQUESTED = "unrequested"

    account = fields.Reference("Account", related_name="capabilities", help_text="")
    future_requirements = fields.HashField(help_text="")
    requested = fields.FlagField(help_text="")
    requested_at = fields.TimestampField(help_text="")
    requirements = fields.HashField(help_text="")
    status = fields.EnumField(choices=Status, help_text="")

    class Meta(StripeModel.Meta):
        verbose_name_plural = "capabilities"
'''
NO_AREA = "Its name does not say which product it belongs to: set area."
ADDITIONS = """\
class Status(models.TextChoices):
    ISSUED = "issued"
    VOID = "void"


memo = fields.StringField(help_text="")
status = fields.EnumField(choices=Status, help_text="")

# in Type
MIXED = "mixed"
POST_PAYMENT = "post_payment"
"""


# The code of a module


@pytest.mark.parametrize(
    ("name", "code"), [("exchange_rate", EXCHANGE_RATE), ("capability", CAPABILITY)]
)
def test_the_whole_module_of_a_small_object(name, code):
    assert files.formatted(render.module(sdk_object(name))) == code


def test_most_types_are_those_that_a_person_chose():
    chosen = {
        (name, each.arguments.get("source", "").strip("'") or each.name): each.kind
        for name in MODELLED
        for each in render.columns(sdk_object(name))
    }
    written = {
        (name, key): type(field).__name__
        for name in MODELLED
        for key, field in columns(registry.by_object_name()[name]).items()
    }
    same = [key for key, kind in chosen.items() if written.get(key) == kind]
    assert len(same) / len(chosen) > 0.95


PLACES = (
    "list_path",
    "list_parent",
    "list_has_created_filter",
    "retrieve_path",
    "singleton_path",
)


ADDRESSED = (
    "balance_settings capability cash_balance charge item line_item setup_attempt"
    " transfer_reversal treasury.received_debit v2.core.account_person"
)


@pytest.mark.parametrize("name", ADDRESSED.split())
def test_the_addresses_are_those_that_a_person_chose(name):
    model = registry.by_object_name()[name]
    declared = {key: getattr(model.stripe, key) for key in PLACES}
    own = {key: value for key, value in declared.items() if value not in (None, True)}
    if own.get("retrieve_path") == f"{own.get('list_path')}/{{id}}":
        del own["retrieve_path"]
    assert Paths(name).attributes == own


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exchange_rate", [NO_AREA]),
        ("balance", [NO_AREA, "It has no id: set id_from to what identifies it."]),
        ("tax.location", ["Its list cannot do without type: see list_params."]),
        ("apps.install", []),
        (
            "product_feature",
            [NO_AREA, "It is listed by product, which it does not name: add a Reference to that."],
        ),
        (
            "credit_note",
            [
                NO_AREA,
                "credit_note.lines lists credit_note_line_item: CreditNoteLineItem needs a"
                " Reference to CreditNote with parent_lists.",
            ],
        ),
        (
            "transfer_reversal",
            [
                NO_AREA,
                "transfer.reversals lists transfer_reversal: TransferReversal needs a Reference to"
                " Transfer with parent_lists.",
            ],
        ),
    ],
)
def test_what_a_person_must_decide(name, said):
    assert list(remarks.of_object(sdk_object(name))) == said


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        ("CreditNote", "credit_note"),
        ("ThreeDSecureAuthentication", "three_d_secure_authentication"),
        ("V2CoreAccount", "v2_core_account"),
        ("TaxId", "tax_id"),
    ],
)
def test_words_of_a_class_name(camel, snake):
    assert names.snake(camel) == snake


@pytest.mark.parametrize(
    ("value", "name"), [("void", "VOID"), ("us-east", "US_EAST"), ("3d_secure", "TYPE_3D_SECURE")]
)
def test_the_name_of_an_enum_member(value, name):
    assert names.member_name(value, "type") == name


# The command, in a copy of the checkout


@pytest.fixture
def copy(tmp_path):
    return Checkout(tmp_path)


def test_a_model_from_scratch(copy):
    before = copy.read(INIT)
    copy.forget("credit_note", "CreditNote")
    done = copy.run("tools.scaffold", "credit_note")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"credit_note: wrote {MODULE} and its import." in done.stderr
    assert "makemigrations" in done.stderr
    assert copy.read(INIT) == before
    kinds = "{field.name: type(field).__name__ for field in CreditNote._meta.fields}"
    code = f"import json\nfrom stripe_django.models import CreditNote\nprint(json.dumps({kinds}))"
    found = json.loads(copy.run("django", "shell", "--no-imports", "-c", code).stdout)
    assert found == {field.name: type(field).__name__ for field in CreditNote._meta.fields} | {
        "memo": "StringField"
    }
    assert copy.run("django", "stripe_audit").returncode == 0


def test_what_a_model_lacks(copy):
    copy.unlist("CreditNote")
    copy.replace(MODULE, "    memo = fields.TextField(", "    colour = fields.TextField(")
    copy.replace(MODULE, "    status = fields.EnumField(", "    state = fields.EnumField(")
    copy.replace(MODULE, '        MIXED = "mixed"\n        POST_PAYMENT = "post_payment"\n')
    copy.replace("stripe_django/models/credit_note_line_item.py", 'parent_lists=("lines",),')
    before = copy.read(MODULE)
    done = copy.run("tools.scaffold", "credit_note")
    assert (done.returncode, done.stdout) == (0, ADDITIONS)
    assert done.stderr.splitlines() == [
        f"credit_note: add what is above to {MODULE}.",
        "  credit_note.colour: the SDK no longer has it: mark the column with retired=True",
        "  credit_note.state: the SDK no longer has it: mark the column with retired=True",
        "  credit_note.lines lists credit_note_line_item: CreditNoteLineItem needs a Reference to"
        " CreditNote with parent_lists.",
    ]
    assert copy.read(MODULE) == before


@pytest.mark.parametrize("option", ["--print", "--dry-run"])
def test_only_shown(copy, option):
    copy.forget("exchange_rate", "ExchangeRate")
    before = copy.read(INIT)
    done = copy.run("tools.scaffold", option, "exchange_rate", "tax_code")
    assert (done.returncode, done.stdout) == (0, EXCHANGE_RATE)
    assert done.stderr.splitlines() == [
        "exchange_rate would go to stripe_django/models/exchange_rate.py.",
        f"  {NO_AREA}",
        "tax_code: nothing to add to stripe_django/models/tax_code.py.",
    ]
    assert copy.read(INIT) == before
    assert not (copy.path / "stripe_django/models/exchange_rate.py").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CreditNotes", "no object 'CreditNotes'. Did you mean credit_note or"),
        ("issuing_card", "Did you mean issuing.card or issuing.cardholder"),
        ("zzz", "The stripe package has no object 'zzz'."),
        ("login_link", "login_link is left out on purpose: a response with a secret"),
    ],
)
def test_an_object_without_a_model_to_write(name, said):
    with pytest.raises(SystemExit, match=re.escape(said)):
        find(name)


def test_nothing_is_written_where_one_name_is_wrong(copy):
    copy.forget("exchange_rate", "ExchangeRate")
    before = copy.read(INIT)
    done = copy.run("tools.scaffold", "exchange_rate", "zzz")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The stripe package has no object 'zzz'.\n"
    assert copy.read(INIT) == before
