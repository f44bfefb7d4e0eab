"""Which field type fits an annotation: a first guess, for a person to review."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stripe_django.audit.omissions import OBJECTS
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.nested import holds_objects
from stripe_django.sdk.objects import SdkField, SdkObject
from stripe_django.sync.secrets import SECRETS

from . import names

CHOICES = 40  # an enum with more values is a plain code
NAMED_KINDS = 6  # hashes that the values of `type` name; fewer are columns of their own
UNNAMED_KINDS = 30
MOMENTS = re.compile(
    r"created|updated|timestamp|expires|start|end|date|redeem_by|next_\w+|deletes_after"
    r"|\w+_(at|on|start|end|date|time|until|anchor)"
)
AMOUNTS = re.compile(
    r"(amount|subtotal|total|balance|fee|net)(_\w+)?|\w+_(amount|balance|cost)|amount_\w+"
)
CODES = re.compile(
    r"(\w+_)?(brand|code|context|country|fingerprint|funding|iin|id|identifier|key|last4|locale"
    r"|method|network|number|reason|status|timezone|type|version|check|flow|usage|state|gender)"
)
FIELDS = {
    Kind.FLAG: "FlagField",
    Kind.HASH: "HashField",
    Kind.MAP: "HashField",
    Kind.LIST: "HashField",
    Kind.ANY: "HashField",
}
NATURAL = frozenset({"customer_account"})  # keys that the reverse name need not repeat
NOUNS = {"from": "origin"}  # for keywords of Python
ALIASES = {
    "customer_account": "v2.core.account",
    "financial_account": "treasury.financial_account",
    "financial_connections_account": "financial_connections.account",
    "invoice_item": "invoiceitem",
    "on_behalf_of": "account",
    "related_customer_account": "v2.core.account",
    "snapshot_event": "event",
}


@dataclass(slots=True)
class Choice:
    """A field of a model: its type, its arguments, and its enum's values."""

    name: str
    kind: str
    arguments: dict[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    target: str = ""


def choose(sdk_field: SdkField, owner: str) -> Choice | None:
    """The field for one key of the object ``owner``; ``None`` for what is no column.

    That is a secret, and a nested list, whose members refer to the object around them.
    """
    if (owner, sdk_field.name) in SECRETS or sdk_field.annotation.kind is Kind.PAGE:
        return None
    chosen = _choose(sdk_field, owner)
    if chosen.name in NOUNS:
        chosen.arguments["source"] = repr(chosen.name)
        chosen.name = NOUNS[chosen.name]
    return chosen


def kinds(found: SdkObject) -> frozenset[str]:
    """The hashes of which there is one for each kind of thing: one column holds them all."""
    hashes = {key for key, each in found.fields.items() if each.annotation.kind is Kind.HASH}
    declared = found.fields.get("type")
    named = hashes.intersection(declared.annotation.values) if declared else hashes
    enough = NAMED_KINDS if declared else UNNAMED_KINDS
    return frozenset(named) if len(named) >= enough else frozenset()


def _choose(sdk_field: SdkField, owner: str) -> Choice:
    name, annotation = sdk_field.name, sdk_field.annotation
    match annotation.kind:
        case Kind.TEXT:
            return _text(sdk_field, owner)
        case Kind.ENUM:
            return _enum(name, annotation)
        case Kind.INTEGER:
            return Choice(name, *_integer(sdk_field))
        case Kind.FLOAT:
            return Choice(name, "PercentField" if "percent" in name else "DecimalField")
        case Kind.DECIMAL:
            return Choice(name, "DecimalField", {"as_text": "True"})
        case Kind.EXPANDABLE | Kind.OBJECT:
            return _reference(name, annotation, owner)
    if name == "metadata":
        return Choice(name, "MetadataField")
    parts = {"part": "False"} if holds_objects(annotation) else {}
    return Choice(name, FIELDS[annotation.kind], parts)


def _text(sdk_field: SdkField, owner: str) -> Choice:
    name = sdk_field.name
    target = target_of(name, owner)
    if target:
        return _reference(name, Annotation(Kind.EXPANDABLE, targets=(target,)), owner)
    if MOMENTS.fullmatch(name):
        return Choice(name, "TimestampField", {"unit": "fields.Unit.TEXT"})
    if re.fullmatch(r"(\w+_)?currency", name):
        return Choice(name, "CurrencyField")
    if re.fullmatch(r"(\w+_)?email", name):
        return Choice(name, "EmailField")
    if re.fullmatch(r"(\w+_)?(url|pdf)", name):
        return Choice(name, "URLField")
    return Choice(name, "CodeField" if CODES.fullmatch(name) else "StringField")


def target_of(name: str, owner: str) -> str | None:
    """The object that a plain string names, going by its key."""
    namespace = owner.rpartition(".")[0]
    known = objects.names()
    if name in ALIASES and f"{namespace}.{name}" not in known:
        return ALIASES[name]
    words = name.split("_")
    for start in range(len(words)):
        tail = "_".join(words[start:])
        for candidate in (f"{namespace}.{tail}", tail, tail.replace("_", ".", 1)):
            if candidate in known and candidate not in OBJECTS:
                return candidate
    return None


def _enum(name: str, annotation: Annotation) -> Choice:
    if len(annotation.values) > CHOICES:
        return Choice(name, "CodeField")
    return Choice(name, "EnumField", {"choices": names.camel(name)}, annotation.values)


def _integer(sdk_field: SdkField) -> tuple[str, dict[str, str]]:
    name, doc = sdk_field.name, sdk_field.doc.lower()
    if MOMENTS.fullmatch(name) or "unix epoch" in doc or "timestamp" in doc:
        unit = {"unit": "fields.Unit.MILLISECONDS"} if "milliseconds" in doc else {}
        return "TimestampField", unit
    if AMOUNTS.fullmatch(name) or "cents" in doc or "smallest currency unit" in doc:
        return "AmountField", {}
    return "IntegerField", {}


def _reference(name: str, annotation: Annotation, owner: str) -> Choice:
    targets = [target for target in annotation.targets if target not in OBJECTS]
    part = {"part": "False"} if annotation.kind is Kind.OBJECT else {}
    if len(targets) != 1:
        kind = "HashField" if annotation.kind is Kind.OBJECT else "ObjectIdField"
        return Choice(name, kind, part)
    children = names.plural(names.snake(names.class_name(owner)))
    is_plain = targets[0].endswith(name) or name in NATURAL
    related = children if is_plain else f"{name}_{children}"
    return Choice(name, "Reference", {"related_name": repr(related), **part}, target=targets[0])
