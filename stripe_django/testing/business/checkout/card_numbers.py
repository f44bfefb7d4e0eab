"""The numbers of Stripe's test cards that the checkout page knows, and what becomes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardNumber:
    """A test card. ``decline_code`` is the bank's reason to decline it, if it does.

    With ``can_be_saved``, such a card is only declined once something is charged.
    """

    number: str
    brand: str
    about: str
    decline_code: str = ""
    can_be_saved: bool = True

    @property
    def values(self) -> dict[str, str]:
        """As the card of a payment method has them."""
        return {"brand": self.brand, "display_brand": self.brand, "last4": self.number[-4:]}

    @property
    def grouped(self) -> str:
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


_ALL = (
    CardNumber("4242424242424242", "visa", "succeeds"),
    CardNumber("5555555555554444", "mastercard", "succeeds"),
    CardNumber("4000000000000002", "visa", "is declined", "generic_decline", False),
    CardNumber("4000000000009995", "visa", "has insufficient funds", "insufficient_funds", False),
    CardNumber(
        "4000000000000341", "visa", "can be saved, and is declined later", "generic_decline"
    ),
)
CARDS: Mapping[str, CardNumber] = {each.number: each for each in _ALL}


def card_of(number: str) -> CardNumber:
    """The card of a number, which may have spaces. Raises ``LookupError`` for another one."""
    digits = "".join(number.split())
    if digits not in CARDS:
        raise LookupError(f"{number!r} is no test card. There are {', '.join(CARDS)}.")
    return CARDS[digits]
