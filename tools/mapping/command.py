"""Prints the source of the function that maps an object's payloads to rows."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from stripe_django import registry
from stripe_django.sync.mapping.generated.kinds import shape_of, usual_shape
from stripe_django.sync.mapping.generated.source import Source


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mapping", description=__doc__)
    parser.add_argument("command", choices=["show"])
    parser.add_argument("object", help="Stripe's name of the object, such as charge")
    parser.add_argument(
        "--file", type=Path, help="a JSON payload; by default, one with all keys of today's API"
    )
    options = parser.parse_args(arguments)
    print(source(options.object, options.file), end="")


def source(name: str, file: Path | None = None) -> str:
    model = registry.by_object_name().get(name)
    if model is None:
        sys.exit(f"There is no model for the Stripe object {name}.")
    if file is None:
        return Source(usual_shape(model)).text
    payload = json.loads(file.read_text(), parse_float=Decimal)
    return Source(shape_of(model, tuple(payload), tuple(map(type, payload.values())))).text
