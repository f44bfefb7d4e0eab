"""Which field fits an annotation: a first guess, for a person to review."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_django.audit.omissions import OBJECTS
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.nested import holds_objects
from stripe_django.sdk.objects import SdkField, SdkObject
from stripe_django.sync.mapping.redaction import SECRETS

from . import guess, names

CHOICES = 40  # an enum with more values is a plain code
NAMED_VARIANTS = 6  # hashes that the values of `type` name; fewer are columns of their own
UNNAMED_VARIANTS = 30
NATURAL = frozenset({"customer_account"})  # keys that the reverse name need not repeat
NOUNS = {"from": "origin"}  # for keywords of Python


@dataclass(slots=True)
class Choice:
    """A field of a model: its type, its arguments as code, its target and its enum's values."""

    name: str
    kind: str
    arguments: dict[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    target: str = ""


def choose(declared: SdkField, owner: str) -> Choice | None:
    """The field for one key of the object ``owner``; ``None`` for what is no column.

    That is a secret, and a nested list, whose members refer to the object around them.
    """
    if (owner, declared.name) in SECRETS or declared.annotation.kind is Kind.PAGE:
        return None
    chosen = _choose(declared, owner)
    if chosen.name in NOUNS:
        chosen.arguments["source"] = repr(chosen.name)
        chosen.name = NOUNS[chosen.name]
    return chosen


def variants(found: SdkObject) -> frozenset[str]:
    """The hashes of which there is one for each variant: one column holds them all."""
    hashes = {key for key, each in found.fields.items() if each.annotation.kind is Kind.HASH}
    declared = found.fields.get("type")
    named = hashes.intersection(declared.annotation.values) if declared else hashes
    enough = NAMED_VARIANTS if declared else UNNAMED_VARIANTS
    return frozenset(named) if len(named) >= enough else frozenset()


def _choose(declared: SdkField, owner: str) -> Choice:
    name, annotation = declared.name, declared.annotation
    match annotation.kind:
        case Kind.TEXT:
            return _text(name, owner)
        case Kind.ENUM:
            return _enum(name, annotation.values)
        case Kind.INTEGER:
            return Choice(name, *guess.integer(declared))
        case Kind.FLOAT:
            return Choice(name, "PercentField" if "percent" in name else "DecimalField")
        case Kind.DECIMAL:
            return Choice(name, "DecimalField", {"as_text": "True"})
        case Kind.FLAG:
            return Choice(name, "FlagField")
        case Kind.EXPANDABLE | Kind.OBJECT:
            return _reference(name, annotation, owner)
    return _hash(name, annotation)


def _hash(name: str, annotation: Annotation) -> Choice:
    if name == "metadata":
        return Choice(name, "MetadataField")
    return Choice(name, "HashField", {"owned": "False"} if holds_objects(annotation) else {})


def _text(name: str, owner: str) -> Choice:
    target = guess.target_of(name, owner)
    if target:
        return _reference(name, Annotation(Kind.EXPANDABLE, targets=(target,)), owner)
    return Choice(name, *guess.text(name))


def _enum(name: str, values: tuple[str, ...]) -> Choice:
    if len(values) > CHOICES:
        return Choice(name, "CodeField")
    return Choice(name, "EnumField", {"choices": names.camel(name)}, values)


def _reference(name: str, annotation: Annotation, owner: str) -> Choice:
    targets = [target for target in annotation.targets if target not in OBJECTS]
    owned = {"owned": "False"} if annotation.kind is Kind.OBJECT else {}
    if len(targets) != 1:
        kind = "HashField" if annotation.kind is Kind.OBJECT else "ObjectIdField"
        return Choice(name, kind, owned)
    children = names.plural(names.snake(names.class_name(owner)))
    is_plain = targets[0].endswith(name) or name in NATURAL
    related = children if is_plain else f"{name}_{children}"
    return Choice(name, "Reference", {"related_name": repr(related), **owned}, target=targets[0])
