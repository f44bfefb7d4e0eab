"""What modules, classes and reverse relations are called."""

from __future__ import annotations

import re

from stripe_django import registry
from stripe_django.sdk import objects


def module_name(name: str) -> str:
    """The module of an object's model: as the SDK's own, with dots flattened."""
    path = objects.names()[name].removeprefix("stripe.")
    return "_".join(part.removeprefix("_") for part in path.split("."))


def class_name(name: str) -> str:
    model = registry.by_object_name().get(name)
    return model.__name__ if model else camel(module_name(name))


def camel(snake: str) -> str:
    return "".join(part.capitalize() for part in snake.split("_"))


def snake(camel: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", camel).lower()


def plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|ch|sh)$", noun) else f"{noun}s"


def member_name(value: str, prefix: str) -> str:
    """The name of an enum's member."""
    name = re.sub(r"\W", "_", value).upper()
    return name if name.isidentifier() else f"{prefix.upper()}_{name}"
