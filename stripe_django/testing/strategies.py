"""``payloads``: a hypothesis strategy for what Stripe may send, at its edges too.

A payload is made from one seed, and then changed under a few of its keys. So it takes few
choices, and a failure shrinks to an ordinary payload with the one change that matters.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.events import objects_of

from .deterministic import Draw
from .payload_builder import Fill, Generator
from .payload_schema import Key, Shape, hash_shape, object_shape

Strategy = st.SearchStrategy[Any]

MOST_CHANGES = 6
MOST_MEMBERS = 3
ABSENT = object()

SEEDS = st.integers(0, 2**16)
FILLS = st.sampled_from(Fill)
FLAGS = st.booleans()
INTEGERS = st.sampled_from(
    [0, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63)]
) | st.integers(-(2**63), 2**63 - 1)
TEXTS = st.sampled_from(["", " ", "x" * 256, "👩‍👩‍👧", "\N{COMBINING ACUTE ACCENT}"]) | st.text(
    "aZ09 _-.,\n\t\"'\\<&%éßñ漢字🙂\u200b\u2028", max_size=12
)
DECIMALS = st.decimals(-(10**6), 10**6, places=4).map(lambda number: f"{number.normalize():f}")
NUMBERS = st.integers(-(10**9), 10**9).map(lambda number: number / 4)
METADATA = st.dictionaries(TEXTS, TEXTS, max_size=MOST_MEMBERS)
UNKNOWN_CODE = st.just("a_code_of_tomorrow")

AT_THE_EDGE: dict[Kind, Strategy] = {
    Kind.TEXT: TEXTS,
    Kind.INTEGER: INTEGERS,
    Kind.FLAG: FLAGS,
    Kind.DECIMAL: DECIMALS,
    Kind.FLOAT: NUMBERS,
    Kind.ANY: METADATA,
    Kind.MAP: METADATA,
}


def payloads(name: str, /) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads of the Stripe object called ``name``, as ``payload`` would make them and changed.

    Optional keys are filled, null or absent, codes any that the SDK knows or one that it does
    not, references an id or the whole object, lists empty or with up to three members, numbers
    at the edges of 64 bits, and text in any script. Every payload has its ``object``, and its
    ``id`` or what identifies it instead.

    Raises ``LookupError`` for an unknown object.
    """
    changed = _changed(object_shape(name), name)
    return changed.flatmap(_about_something) if name == "event" else changed


def _about_something(event: dict[str, Any]) -> Strategy:
    """An event with an object that its type is about."""
    kinds = objects_of(event["type"])
    if not kinds:
        return st.just(event)
    return _wholes("subject", kinds).map(
        lambda it: event | {"data": event["data"] | {"object": it}}
    )


@st.composite
def _changed(draw: st.DrawFn, shape: Shape, path: str) -> dict[str, Any]:
    """An object or hash with a few of its keys changed."""
    place, generator = Draw(draw(SEEDS), path), Generator(draw(FILLS))
    kind = draw(_codes(shape.keys["type"].annotation)) if shape.kinds else None
    made = generator.hash(shape, place, {} if kind is None else {"type": kind})
    for name in draw(_changeable(shape, kind)):
        changed = draw(_change(shape.keys[name]))
        made.pop(name, None)
        if changed is not ABSENT:
            made[name] = changed
    return made


@cache
def _changeable(shape: Shape, kind: str | None) -> st.SearchStrategy[list[str]]:
    """The names of a few keys that can be changed and leave the payload's ``type`` right."""
    fixed = {shape.identity, "object", *(shape.kinds - {kind}), *(["type"] if shape.kinds else [])}
    names = [key.name for key in shape.keys.values() if key.name not in fixed and not key.on_demand]
    if not names:
        return st.just([])
    return st.lists(st.sampled_from(names), max_size=MOST_CHANGES, unique=True)


@cache
def _change(key: Key) -> Strategy:
    """What else may stand under a key."""
    missing = st.sampled_from([None, ABSENT])
    values = _values(key, key.annotation)
    return missing | values if key.annotation.optional else values


def _values(key: Key, annotation: Annotation) -> Strategy:
    match annotation.kind:
        case Kind.ENUM:
            return _codes(annotation)
        case Kind.HASH if annotation.shape:
            return _changed(hash_shape(annotation.shape), key.name)
        case Kind.OBJECT:
            return _wholes(key.name, annotation.targets)
        case Kind.EXPANDABLE if annotation.targets:
            return _plausible(key) | _wholes(key.name, annotation.targets)
        case Kind.LIST if annotation.items:
            return st.lists(_values(key, annotation.items), max_size=MOST_MEMBERS)
        case Kind.PAGE if annotation.items:
            return _pages(key.name, annotation.items)
    return AT_THE_EDGE.get(annotation.kind, TEXTS) | _plausible(key)


def _codes(annotation: Annotation) -> Strategy:
    return st.sampled_from(annotation.values) | UNKNOWN_CODE


def _plausible(key: Key) -> Strategy:
    return SEEDS.map(lambda seed: key.make(Draw(seed, key.name)))


def _wholes(path: str, targets: tuple[str, ...]) -> Strategy:
    """Objects in full."""
    return st.builds(_whole, st.sampled_from(targets), FILLS, SEEDS, st.just(path))


def _whole(target: str, fill: Fill, seed: int, path: str) -> dict[str, Any]:
    return Generator(fill, inside=1).object(target, Draw(seed, f"{path}/{target}"), {})


def _pages(name: str, items: Annotation) -> Strategy:
    """The beginning of a nested list, or all of it."""
    return st.fixed_dictionaries(
        {
            "object": st.just("list"),
            "data": st.lists(_wholes(name, items.targets), max_size=MOST_MEMBERS),
            "has_more": FLAGS,
            "url": st.just(f"/v1/{name}"),
        }
    )
