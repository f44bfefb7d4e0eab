"""Which rows were seen, in little memory: a bit for each."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from zlib import compress, decompress

BITS = 1024  # of one number


class Seen:
    """A set of primary keys, as bits of numbers: neighbours share one."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = defaultdict(int)

    def add(self, keys: Iterable[int]) -> None:
        for key in keys:
            number, bit = divmod(key, BITS)
            self._numbers[number] |= 1 << bit

    def __contains__(self, key: int) -> bool:
        number, bit = divmod(key, BITS)
        return bool(self._numbers.get(number, 0) >> bit & 1)

    @property
    def state(self) -> str:
        """All of it as text, for JSON."""
        lines = (f"{number:x}:{bits:x}" for number, bits in sorted(self._numbers.items()))
        return b64encode(compress("\n".join(lines).encode(), 1)).decode()

    @classmethod
    def restored(cls, state: Any) -> Seen:
        found = cls()
        for line in decompress(b64decode(state)).decode().splitlines():
            number, _, bits = line.partition(":")
            found._numbers[int(number, 16)] = int(bits, 16)
        return found
