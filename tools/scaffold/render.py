"""A model's module as text."""

from __future__ import annotations

from collections.abc import Iterator

from stripe_django.sdk.objects import SdkObject, sdk_object

from . import names
from .choose import Choice, choose, kinds
from .paths import paths

IN_BASE = frozenset({"id", "object", "livemode", "deleted"})
LAST = ("metadata", "created")
MODULE = '''from __future__ import annotations

{imports}
from stripe_django import fields

from .base import StripeModel


class {name}(StripeModel):
    """"""

{body}
'''


def module(name: str) -> str:
    """The whole module for one object."""
    found = sdk_object(name)
    choices = columns(found)
    enums = [*enumerations(choices)]
    body = [*_constants(found), "", *enums]
    for choice in choices:
        body.append(f"    {column(choice)}")
    return MODULE.format(
        imports="from django.db import models\n" if enums else "",
        name=names.class_name(name),
        body="\n".join([*body, *_meta(found)]),
    )


def columns(found: SdkObject) -> list[Choice]:
    """The fields, in the order of the annotations, with what all objects share at the end."""
    apart = IN_BASE | kinds(found)
    fields = (each for key, each in found.fields.items() if key not in apart)
    chosen = [*filter(None, (choose(each, found.name) for each in fields))]
    if kinds(found):
        chosen.append(Choice("details", "KindsField"))
    return sorted(chosen, key=lambda each: LAST.index(each.name) if each.name in LAST else -1)


def column(choice: Choice) -> str:
    arguments = [f"{key}={value}" for key, value in choice.arguments.items()]
    if choice.target:
        arguments.insert(0, repr(names.class_name(choice.target)))
    if choice.name == "created":
        arguments.append("db_index=True")
    arguments.append('help_text=""')
    return f"{choice.name} = fields.{choice.kind}({', '.join(arguments)})"


def enumerations(choices: list[Choice]) -> Iterator[str]:
    for choice in choices:
        if choice.values:
            yield f"    class {names.camel(choice.name)}(models.TextChoices):"
            for value in choice.values:
                yield f"        {names.member_name(value, choice.name)} = {value!r}"
            yield ""


def _constants(found: SdkObject) -> Iterator[str]:
    yield f"    OBJECT_NAME = {found.name!r}"
    for constant, value in paths(found).items():
        yield f"    {constant} = {value!r}"


def _meta(found: SdkObject) -> Iterator[str]:
    words = names.snake(names.class_name(found.name)).split("_")
    plural = [*words[:-1], names.plural(words[-1])]
    if " ".join(plural) != f"{' '.join(words)}s":
        yield "\n    class Meta(StripeModel.Meta):"
        yield f"        verbose_name_plural = {' '.join(plural)!r}"
