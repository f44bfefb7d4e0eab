"""The part of Stripe's search language that the fake understands.

Clauses such as ``status:"paid"``, ``name~"ann"``, ``total>=1000``, ``metadata["plan"]:"gold"`` and
``-currency:"usd"``, joined by ``AND`` (or a space) or else by ``OR``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..http.protocol import BAD_REQUEST, RequestError
from ..store import id_of

CLAUSE = re.compile(
    r"""\s*(?P<negated>-)?(?P<field>[a-z_][a-z0-9_.]*)(\[(?P<q1>["'])(?P<key>.*?)(?P=q1)\])?"""
    r"""\s*(?P<operator>>=|<=|[:~<>])\s*"""
    r"""((?P<q2>["'])(?P<text>(\\.|(?!(?P=q2)).)*)(?P=q2)|(?P<bare>-?[0-9.]+|null|true|false))"""
    r"""(?P<joint>\s+(AND|OR)(?=\s)|\s|$)""",
    re.IGNORECASE,
)
METHOD = "payment_method_details.*."
FIELDS: Mapping[str, frozenset[str]] = {
    "charge": frozenset(
        {"amount", "billing_details.address.postal_code", "created", "currency", "customer"}
        | {"disputed", "metadata", "refunded", "status"}
        | {METHOD + each for each in ("brand", "exp_month", "exp_year", "fingerprint", "last4")}
    ),
    "customer": frozenset({"created", "email", "metadata", "name", "phone"}),
    "invoice": frozenset(
        {"created", "currency", "customer", "metadata", "number", "receipt_number", "status"}
        | {"subscription", "total"}
    ),
    "payment_intent": frozenset(
        {"amount", "created", "currency", "customer", "metadata", "status"}
    ),
    "price": frozenset({"active", "currency", "lookup_key", "metadata", "product", "type"}),
    "product": frozenset({"active", "description", "metadata", "name", "shippable", "url"}),
    "subscription": frozenset({"canceled_at", "created", "metadata", "status"}),
}
MOVED = {"subscription": "parent.subscription_details.subscription"}
SHORTEST = 3  # characters of a part of a text
COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition; ``wanted`` is ``None`` for ``null``."""

    path: tuple[str, ...]
    operator: str
    wanted: str | None
    is_negated: bool

    def fits(self, payload: Mapping[str, Any]) -> bool:
        return self._holds(_value(payload, self.path)) != self.is_negated

    def _holds(self, value: Any) -> bool:
        if self.wanted is None:
            return value is None
        if value is None:
            return False
        if self.operator in COMPARED:
            return isinstance(value, int | float) and COMPARED[self.operator](
                float(value), float(self.wanted)
            )
        text, wanted = (id_of(value) or str(value)).casefold(), self.wanted.casefold()
        return wanted in text if self.operator == "~" else wanted == text


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Clauses of which all have to hold, or ``any`` of them."""

    clauses: tuple[Clause, ...]
    any: bool

    def fits(self, payload: Mapping[str, Any]) -> bool:
        found = (clause.fits(payload) for clause in self.clauses)
        return any(found) if self.any else all(found)


def parsed(text: str, name: str) -> SearchQuery:
    """A query for objects of one name. Raises ``RequestError``."""
    text = text.strip()
    clauses: list[Clause] = []
    joints: set[str] = set()
    position = 0
    while position < len(text) or not clauses:
        found = CLAUSE.match(text, position)
        if found is None:
            raise _request_error(f"The query cannot be read from {text[position:]!r} on.")
        clauses.append(_clause(found, name))
        position = found.end()
        word = found["joint"].strip().upper()
        if position < len(text) or word:
            joints.add(word or "AND")
    if word:
        raise _request_error("The query ends with a joining word.")
    if len(joints) > 1:
        raise _request_error("A query has AND or OR, not both.")
    return SearchQuery(tuple(clauses), joints == {"OR"})


def _clause(found: re.Match[str], name: str) -> Clause:
    field, key, operator = found["field"], found["key"], found["operator"]
    if not any(fnmatchcase(field, each) for each in FIELDS.get(name, ())):
        raise _request_error(f"{name} cannot be searched by {field!r}.")
    if (key is not None) != (field == "metadata"):
        raise _request_error(f"{field!r} takes {'a' if key is None else 'no'} key in brackets.")
    wanted = found["bare"] if found["text"] is None else re.sub(r"\\(.)", r"\1", found["text"])
    if operator == "~" and len(wanted) < SHORTEST:
        raise _request_error(f"A part of a text has at least {SHORTEST} characters.")
    if operator in COMPARED and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", wanted):
        raise _request_error(f"{wanted!r} is no number.")
    is_null = found["text"] is None and wanted.casefold() == "null"
    path = (field, key) if key is not None else tuple(field.split("."))
    return Clause(path, operator, None if is_null else wanted, bool(found["negated"]))


def _value(payload: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = payload
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None and len(path) == 1 and path[0] in MOVED:
        return _value(payload, tuple(MOVED[path[0]].split(".")))
    return value


def _request_error(message: str) -> RequestError:
    return RequestError(BAD_REQUEST, message, param="query")
