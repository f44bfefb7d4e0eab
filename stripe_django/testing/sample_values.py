"""Plausible single values: by the column that holds them, or else by name and type."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import stripe

from stripe_django import fields
from stripe_django.sdk.annotations import Kind
from stripe_django.sdk.objects import SdkField, names
from stripe_django.sync.mapping.schema import target_of

from .deterministic import Draw
from .ids import new_id

Maker = Callable[[Draw], Any]

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
DAY = 24 * 60 * 60
PEOPLE = ("Ada Archer", "Ben Baker", "Cleo Carter", "Dan Draper", "Eve Eyre", "Finn Fisher")

# Numbers and flags that an ordinary object has; the other flags are false.
NOTHING = re.compile(
    r"refund|revers|remaining|capturable|overpaid|shipping|(?<!excluding_)tax|discount|fee"
    r"|credit_note|^starting|^ending"
)
MONEY = re.compile(
    r"amount|total|balance|net$|cost|price|cash|maximum|minimum|pending$|available$|current$"
)
MOMENT = re.compile(r"_at$|^created$|^updated$|timestamp|_time$|_until$")
LATER = re.compile(r"end|expir|due|until|release|delete|arriv|deadline|next|cancel|completes")
TRUE = frozenset(
    {"active", "approved", "attempted", "captured", "charges_enabled", "details_submitted"}
    | {"is_default", "paid", "payouts_enabled", "valid"}
)


def time(draw: Draw) -> int:
    """Unix seconds: one moment of 2026 for the whole payload, or a month after that."""
    start = START + DAY * draw.everywhere("day").number(0, 300)
    moment = start + draw.everywhere("second").number(0, DAY - 1)
    return moment + 30 * DAY if LATER.search(draw.key) else moment


def milliseconds(draw: Draw) -> int:
    return time(draw) * 1000 + draw.number(0, 999)


def time_text(draw: Draw) -> str:
    """RFC 3339 with milliseconds, as the second API version writes it."""
    moment = datetime.fromtimestamp(time(draw), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{draw.number(0, 999):03d}Z"


def amount(draw: Draw) -> int:
    """One amount for the whole payload, and nothing of it refunded, discounted and so on."""
    return 0 if NOTHING.search(draw.key) else draw.everywhere("amount").number(5, 500) * 100


def decimal(draw: Draw) -> str:
    return str(amount(draw)) if MONEY.search(draw.key) else f"{draw.number(1, 99) / 4:g}"


def fraction(draw: Draw) -> float:
    return draw.number(1, 399) / 4


def flag(draw: Draw) -> bool:
    return draw.key in TRUE


def digits(length: int, draw: Draw) -> str:
    return draw.text(length, string.digits)


def email(draw: Draw) -> str:
    return f"{draw.text(8, string.ascii_lowercase)}@example.com"


def url(draw: Draw) -> str:
    return f"https://example.com/{draw.key}/{draw.text(8)}"


def words(draw: Draw) -> str:
    return f"{draw.key.replace('_', ' ').capitalize()} {draw.number(1, 99)}"


def constant(value: Any, draw: Draw) -> Any:
    return value


BY_COLUMN: tuple[tuple[type[fields.StripeField], Maker], ...] = (
    (fields.CurrencyField, partial(constant, "usd")),
    (fields.EmailField, email),
    (fields.URLField, url),
    (fields.AmountField, amount),
    (fields.PositiveAmountField, amount),
)

# The first that fits decides.
TEXTS: tuple[tuple[str, Maker], ...] = (
    (r"^id$", lambda draw: draw.text(24)),
    (r"currenc(y|ies)$", partial(constant, "usd")),
    (r"countr(y|ies)$|^nationality$", partial(constant, "US")),
    (r"email(_address)?$", email),
    (r"(^|_)url(_|$)|^images$", url),
    (r"^payment_method_types?$|supported_payment_methods", partial(constant, "card")),
    (r"^api_version$|_api_version$", partial(constant, stripe.api_version)),
    (r"^enabled_events$", partial(constant, "*")),
    (r"^status$", partial(constant, "succeeded")),
    (r"^brand$|^display_brand$", partial(constant, "visa")),
    (r"^funding$", partial(constant, "credit")),
    (r"^cvc_check$|_check$", partial(constant, "pass")),
    (r"locales?$|language$", partial(constant, "en")),
    (r"^timezone$", partial(constant, "Etc/UTC")),
    (r"^mcc$", partial(constant, "5734")),
    (r"^state$", partial(constant, "CA")),
    (r"last4$", partial(digits, 4)),
    (r"cvc$", partial(digits, 3)),
    (r"postal_code$|zip$", partial(digits, 5)),
    (r"phone", lambda draw: f"+1201555{digits(4, draw)}"),
    (r"(^|_)ip(_address)?$", lambda draw: f"192.0.2.{draw.number(1, 254)}"),
    (r"_date$|^date$", lambda draw: time_text(draw)[:10]),
    (r"percent|decimal$", lambda draw: f"{fraction(draw):g}"),
    (r"number$|_code$|iin$", partial(digits, 9)),
    (r"(fingerprint|secret|token|code|key|prefix)$", lambda draw: draw.text(16)),
    (r"(^|_)name$", lambda draw: draw.pick(PEOPLE)),
    (MOMENT.pattern, time_text),
)
NUMBERS: tuple[tuple[str, Maker], ...] = (
    (r"month$", lambda draw: draw.number(1, 12)),
    (r"^(day|hour)$", lambda draw: draw.number(1, 23)),
    (r"year$", lambda draw: draw.number(2027, 2034)),
    (MOMENT.pattern, time),
    (MONEY.pattern, amount),
    (r"^interval_count$|^quantity$", partial(constant, 1)),
    (r"count$|redeemed$", lambda draw: draw.number(0, 3)),
    (r"", lambda draw: draw.number(1, 5)),
)
BY_KIND: dict[Kind, Maker] = {
    Kind.DECIMAL: decimal,
    Kind.FLOAT: fraction,
    Kind.FLAG: flag,
    Kind.ANY: partial(constant, None),
}
TIMES: dict[tuple[Kind, fields.Unit], Maker] = {
    (Kind.INTEGER, fields.Unit.MILLISECONDS): milliseconds,
    (Kind.INTEGER, fields.Unit.SECONDS): time,
}


def maker_of(declared: SdkField, column: fields.StripeField | None) -> Maker:
    """What makes the single values of a key."""
    kind, name = declared.annotation.kind, declared.name
    if declared.annotation.targets:
        return partial(new_id, declared.annotation.targets[0])
    if isinstance(column, fields.TimestampField):
        return TIMES.get((kind, column.unit), time_text)
    if isinstance(column, fields.Reference):
        return partial(new_id, target_of(column).stripe.object_name)
    for column_type, make in BY_COLUMN:
        if isinstance(column, column_type):
            return make
    if kind is Kind.INTEGER:
        return time if "epoch" in declared.doc else _first(NUMBERS, name)
    return BY_KIND.get(kind) or _text(name)


def _text(name: str) -> Maker:
    if name in names():
        return partial(new_id, name)
    return _first(TEXTS, name)


def _first(rules: tuple[tuple[str, Maker], ...], name: str) -> Maker:
    return next((make for pattern, make in rules if re.search(pattern, name)), words)
