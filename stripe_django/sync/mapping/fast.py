"""The fast path from a payload to a row, for payloads that are safe to store as they are.

Nearly all are. So each shape of payload that is seen often has a function of its own, and no value
is checked by itself, but the row as one line of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django.models.base import StripeModel

from .draft import Mapped
from .generated.functions import seen
from .generated.kinds import surroundings
from .identity import Context


def fast_row(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context
) -> Mapped | None:
    """The row for a payload, or ``None`` if the payload needs ``strict_row``.

    Raises ``PayloadError`` for a payload without a good id, and for what is not JSON.
    """
    types = tuple(map(type, payload.values()))
    shape = seen(model, tuple(payload), types, *surroundings(context))
    function = shape.function or shape.again()
    return function(payload, context) if function else None


def generated_row(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context
) -> Mapped | None:
    """The same, also for a payload whose shape was never seen before."""
    types = tuple(map(type, payload.values()))
    return seen(model, tuple(payload), types, *surroundings(context)).compiled()(payload, context)
