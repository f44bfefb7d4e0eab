"""Payloads written for these tests, in the shapes of each API version, and what comes of them.

Each file of ``payloads/`` has those of one family of objects: a list of hashes with

``name``, ``api_version``
    What it shows, and the version that Stripe sends it in.
``payload``
    The object. All values are made up.
``expect``
    What its row has, by column, worked out by hand: times as text in UTC, decimals as text,
    references as the API's ids, many-to-many references as a list of them.
``nested``
    The same for the objects inside it, by model and ``stripe_id``.
``secrets``
    Keys that are never stored.
``failures``
    How many objects inside it are not stored.
``refused``
    In place of ``expect``: the exception that ``sync.apply`` raises.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent / "payloads"
QUALIFIER = re.compile(r"(acct_\w+)?:(live|test):")


@dataclass(frozen=True)
class OwnPayload:
    name: str
    api_version: str
    payload: dict[str, Any]
    expect: dict[str, Any]
    nested: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    failures: int = 0
    refused: str = ""


def read(path):
    return [OwnPayload(**each) for each in json.loads(path.read_text(encoding="utf-8"))]


EVERY = [each for path in sorted(PAYLOADS.glob("*.json")) for each in read(path)]
STORED = [each for each in EVERY if not each.refused]
REFUSED = [each for each in EVERY if each.refused]


def shown(row, column):
    """The value of a row's column, as ``expect`` has it."""
    kind = type(row)._meta.get_field(column)
    if kind.many_to_many:
        return sorted(linked_ids(row, kind))
    value = getattr(row, column)
    if isinstance(value, datetime):
        milliseconds = f".{value.microsecond // 1000:03}" if value.microsecond else ""
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{milliseconds}Z"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return bare(value) if kind.is_relation or column in ("stripe_id", "object_id") else value


def linked_ids(row, column):
    """The ids in a many-to-many column, whether or not the rows have arrived."""
    links = column.remote_field.through.objects.filter(**{column.m2m_field_name(): row.stripe_id})
    return {bare(each) for each in links.values_list(column.m2m_reverse_name(), flat=True)}


def bare(stripe_id):
    """An id as Stripe's API knows it, without the account and mode before it."""
    return stripe_id and QUALIFIER.sub("", stripe_id, count=1)


def lost(sent, given_back, secrets, path=""):
    """The paths of what a row does not give back of its payload.

    An object may come back as its id, and a secret not at all.
    """
    if isinstance(sent, dict) and isinstance(given_back, dict):
        for key in sent.keys() | given_back.keys():
            if key in secrets and key not in given_back:
                continue
            yield from lost(
                sent.get(key, ...), given_back.get(key, ...), secrets, f"{path}.{key}".strip(".")
            )
    elif isinstance(sent, list) and isinstance(given_back, list) and len(sent) == len(given_back):
        for index, (one, other) in enumerate(zip(sent, given_back, strict=True)):
            yield from lost(one, other, secrets, f"{path}.{index}")
    elif not is_same(sent, given_back):
        yield path


def is_same(sent, given_back):
    if isinstance(sent, dict) and isinstance(given_back, str):
        return "object" in sent and sent.get("id") == given_back
    if isinstance(sent, float) and isinstance(given_back, Decimal):
        return Decimal(repr(sent)) == given_back
    return sent == given_back and isinstance(sent, bool) == isinstance(given_back, bool)
