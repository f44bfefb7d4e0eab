"""Compiles the functions, and keeps those of the shapes that are seen most."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from types import CodeType, FunctionType
from typing import Any

from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import (
    copy_text,
    draft,
    identity,
    json_text,
    nested_lists,
    redaction,
)
from stripe_django.sync.mapping.draft import Mapped
from stripe_django.sync.mapping.identity import Context
from stripe_django.sync.mapping.profiles import key_profile
from stripe_django.sync.mapping.rows import Row

from . import parts
from .kinds import Shape, shape_of
from .source import Source

SHAPES = 5_000  # of which the function is known
FUNCTIONS = 500  # that are kept at most, of some 20 KB each
WORTHWHILE = 8  # payloads; the source of a function is written and compiled in the time of about 50

Function = Callable[[Mapping[str, Any], Context], Mapped | None]

GLOBALS = {
    "DIGEST_SIZE": draft.DIGEST_SIZE,
    "MISSING": draft.MISSING,
    "Mapped": Mapped,
    "NONE": (),
    "NULL": copy_text.NULL,
    "OBJECT": redaction.OBJECT,
    "Row": Row,
    "UTC": UTC,
    "add_links": draft.add_links,
    "blake2b": blake2b,
    "column_value": draft.column_value,
    "digest_of": draft.digest_of,
    "draft_of": draft.draft_of,
    "encode_column": parts.encode_column,
    "encode_each": json_text.encode_each,
    "encode_quickly": json_text.encode_quickly,
    "extra_text": parts.extra_text,
    "fromtimestamp": datetime.fromtimestamp,
    "incomplete": nested_lists.incomplete,
    "is_preview": identity.is_preview,
    "is_suspicious": json_text.is_suspicious,
    "has_escapes": copy_text.has_escapes,
    "line": copy_text.line,
    "mark_deleted": draft.mark_deleted,
    "may_contain_own_secret": redaction.may_contain_own_secret,
    "may_contain_secret": redaction.may_contain_secret,
    "nested_values": parts.nested_values,
    "owner": redaction.owner,
}

_count = count(1)
_numbers = count(1)  # of the names in tracebacks


class Seen:
    """A shape, how often it was seen, and its function once that is worthwhile."""

    __slots__ = ("function", "shape", "times")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.times = 0
        self.function: Function | None = None

    def again(self) -> Function | None:
        """The function, if the shape has been seen often enough by now."""
        self.times += 1
        return self.compiled() if self.times > WORTHWHILE else None

    def compiled(self) -> Function:
        if self.function is None:
            if next(_count) % FUNCTIONS == 0:  # so that there are never more
                forget()
            self.function = compiled(self.shape)
        return self.function


@lru_cache(maxsize=SHAPES)
def seen(
    model: type[StripeModel],
    keys: tuple[str, ...],
    types: tuple[type, ...],
    reference: str | None,
    is_home: bool,
) -> Seen:
    """Raises ``PayloadError`` if not all keys are strings."""
    key_profile(model, keys)
    return _seen(shape_of(model, keys, types, reference, is_home))


_seen = lru_cache(maxsize=SHAPES)(Seen)


def forget() -> None:
    """Forget all shapes and their functions."""
    seen.cache_clear()
    _seen.cache_clear()


def compiled(shape: Shape) -> Function:
    """The function for payloads of a shape; its lines are in tracebacks."""
    if key_profile(shape.model, shape.keys).has_reserved_keys:
        return _no_row
    source = Source(shape)
    name = f"<stripe_django mapping {next(_numbers)}: {shape.model.stripe.object_name}>"
    module = compile(source.text, name, "exec")
    code = next(each for each in module.co_consts if isinstance(each, CodeType))
    function = FunctionType(code, GLOBALS | source.constants)
    linecache.cache[name] = len(source.text), None, source.text.splitlines(keepends=True), name
    weakref.finalize(function, linecache.cache.pop, name, None)
    return function


def _no_row(_payload: Mapping[str, Any], _context: Context) -> None:
    """For keys that the package uses itself."""
