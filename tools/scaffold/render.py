"""Fields, enums and whole modules as Python code, before ruff has put it in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stripe_django.sdk.objects import SdkObject

from . import names
from .choose import Choice, choose, variants
from .paths import Paths

IN_EVERY_ROW = frozenset({"id", "object", "livemode", "deleted"})
LAST = ("metadata", "created")
MODULE = '''\
from __future__ import annotations
{imports}
from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class {name}(StripeModel):
    """"""

    stripe = Resource({declared})

    {body}
'''


def module(found: SdkObject) -> str:
    """The whole module for one object."""
    chosen = columns(found)
    attributes = (f"{name}={value!r}" for name, value in Paths(found.name).attributes.items())
    enums = [enum(each) for each in chosen if each.values]
    lines = [*enums, *map(column, chosen), *_meta(found)]
    return MODULE.format(
        imports="\nfrom django.db import models\n" if enums else "",
        name=names.class_name(found.name),
        declared=", ".join([repr(found.name), *attributes]),
        body=indented("\n".join(lines)),
    )


def columns(found: SdkObject) -> list[Choice]:
    """The fields, in the order of the annotations, with what most objects share at the end."""
    apart = IN_EVERY_ROW | variants(found)
    declared = (each for key, each in found.fields.items() if key not in apart)
    chosen = [*filter(None, (choose(each, found.name) for each in declared))]
    if variants(found):
        chosen.append(Choice("details", "VariantField"))
    return sorted(chosen, key=lambda each: LAST.index(each.name) if each.name in LAST else -1)


def column(choice: Choice) -> str:
    """The line of a field, its help text left for a person to write."""
    target = [repr(names.class_name(choice.target))] if choice.target else []
    index = {"db_index": "True"} if choice.name == "created" else {}
    named = {**choice.arguments, **index, "help_text": '""'}
    arguments = [*target, *(f"{key}={value}" for key, value in named.items())]
    return f"{choice.name} = fields.{choice.kind}({', '.join(arguments)})"


def enum(choice: Choice) -> str:
    body = indented("\n".join(members(choice.name, choice.values)))
    return f"class {names.camel(choice.name)}(models.TextChoices):\n    {body}\n"


def members(key: str, values: Iterable[str]) -> Iterator[str]:
    """The lines of an enum's members; ``key`` prefixes what is no name, such as ``3d_secure``."""
    return (f"{names.member_name(value, key)} = {value!r}" for value in values)


def indented(code: str) -> str:
    """The code, to be put where its first line is indented already."""
    return code.replace("\n", "\n    ")


def _meta(found: SdkObject) -> Iterator[str]:
    """What the model is called in the plural, where adding an "s" to its name is not enough."""
    *words, last = names.snake(names.class_name(found.name)).split("_")
    if names.plural(last) != f"{last}s":
        plural = " ".join([*words, names.plural(last)])
        yield f"\nclass Meta(StripeModel.Meta):\n    verbose_name_plural = {plural!r}"
