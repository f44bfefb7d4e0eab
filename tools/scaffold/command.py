"""What is done for each object that is named."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from stripe_django import registry
from stripe_django.audit.omissions import OBJECTS
from stripe_django.models.base import StripeModel
from stripe_django.sdk import objects
from stripe_django.sdk.objects import SdkObject

from . import additions, files, names, remarks, render

ROOT = Path(__file__).parents[2]
NEXT = """
Now write the docstrings and help texts, in words of your own, and review the fields, as
ADDING_OBJECTS.rst describes. Then:
  make initial_migration  (before the first release; later: makemigrations)
  make audit test"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(
        "python -m tools.scaffold",
        description="Write the model of an object of Stripe's, or show what a model lacks.",
    )
    parser.add_argument("objects", nargs="+", metavar="object", help="as Stripe names it")
    parser.add_argument(
        "--print", "--dry-run", action="store_true", dest="shows", help="write nothing, only show"
    )
    options = parser.parse_args(arguments)
    models = registry.by_object_name()
    named = [*map(find, options.objects)]
    new = [found for found in named if found.name not in models]
    for found in new:
        (show if options.shows else create)(found)
    if new and not options.shows:
        tell(NEXT)
    for found in named:
        if found.name in models:
            extend(models[found.name], found)


def find(name: str) -> SdkObject:
    """The object of that name; ends the program where there is none to be modelled."""
    if name in OBJECTS:
        sys.exit(f"{name} is left out on purpose: {OBJECTS[name]}. See audit/omissions.py.")
    if name not in objects.names():
        near = get_close_matches(names.snake(name), objects.names(), n=5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        sys.exit(f"The stripe package has no object {name!r}.{hint}")
    return objects.sdk_object(name)


def create(found: SdkObject) -> None:
    files.write(found.name, files.formatted(render.module(found)))
    tell(f"{found.name}: wrote {_path(found)} and its import.", *remarks.of_object(found))


def show(found: SdkObject) -> None:
    print(files.formatted(render.module(found)), end="")
    tell(f"{found.name} would go to {_path(found)}.", *remarks.of_object(found))


def _path(found: SdkObject) -> Path:
    return files.path_of(found.name).relative_to(ROOT)


def extend(model: type[StripeModel], found: SdkObject) -> None:
    lines = [*additions.code(model, found)]
    others = [*additions.said(model, found)]
    if lines:
        print(files.formatted("\n".join(lines)), end="")
    place = model.__module__.replace(".", "/") + ".py"
    state = "add what is above to" if lines else "review" if others else "nothing to add to"
    tell(f"{found.name}: {state} {place}.", *others)


def tell(*lines: str) -> None:
    """For the person: standard output is for code."""
    print(*lines, sep="\n  ", file=sys.stderr)
