"""The ``extra`` column: what Stripe sent and no column holds, beside how the payload looked.

Its keys are those of the payload. Two reserved ones are added where they are needed: ``_absent``
lists the columns' keys that the payload lacked, and ``_encoded`` holds, as JSON text inside a
string, the keys and values that some database refuses in JSON: NUL, half surrogate pairs, NaN,
numbers with too many digits, nesting that is too deep, and the reserved keys themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

from stripe_django.fields.hashes import ExactDecoder

ABSENT = "_absent"
ENCODED = "_encoded"
RESERVED = frozenset({ABSENT, ENCODED})


@dataclass(frozen=True, slots=True)
class Extra:
    """``values`` by payload key, and the keys of columns that the payload lacked."""

    values: dict[str, Any]
    absent: frozenset[str]

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        values = {key: value for key, value in stored.items() if key not in RESERVED}
        values |= json.loads(stored.get(ENCODED, "{}"), cls=ExactDecoder)
        return cls(values, frozenset(stored.get(ABSENT, ())))
