"""What is stored in place of a value: nothing, a keyed hash, or its last four characters."""

from __future__ import annotations

import hmac
import re
from enum import StrEnum
from hashlib import sha256

HASHED_MAIL = "@hashed.invalid"  # a domain that cannot exist: RFC 2606
HASH_LENGTH = 32  # hexadecimal digits
SHOWN = 4
COVER = "****"

WITHHELD = re.compile(
    rf"hash_[0-9a-f]{{{HASH_LENGTH}}}|[0-9a-f]{{{HASH_LENGTH}}}{re.escape(HASHED_MAIL)}"
    rf"|{re.escape(COVER)}.{{0,{SHOWN}}}",
    re.DOTALL,
)


class Treatment(StrEnum):
    KEEP = "keep"
    DROP = "drop"
    HASH = "hash"
    MASK = "mask"


def is_withheld(text: str) -> bool:
    """Whether it is a hash or a mask already."""
    return WITHHELD.fullmatch(text) is not None


def hashed(text: str, key: bytes) -> str:
    """A keyed hash, the same wherever the text occurs.

    E-mail addresses that differ in case or in blanks around them have the same one, which has the
    form of an address.
    """
    is_mail = "@" in text
    plain = text.strip().lower() if is_mail else text
    digest = hmac.new(key, plain.encode(errors="surrogatepass"), sha256).hexdigest()[:HASH_LENGTH]
    return f"{digest}{HASHED_MAIL}" if is_mail else f"hash_{digest}"


def masked(text: str) -> str:
    """The last four characters, and none of a shorter text."""
    return COVER + text[-SHOWN:] if len(text) > SHOWN else COVER
