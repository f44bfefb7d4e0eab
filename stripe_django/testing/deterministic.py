"""Choices that look random and are always the same."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Draw:
    """The choices for one place in a payload, worked out from the seed and the path to it.

    So the value at one place is the same whatever the others are, in every process.
    """

    seed: int
    path: str

    @property
    def key(self) -> str:
        """The key of the payload that this place is under."""
        return self.path.rpartition("/")[2]

    def at(self, key: str | int) -> Draw:
        """The place under a key of this one."""
        return Draw(self.seed, f"{self.path}/{key}")

    def everywhere(self, path: str) -> Draw:
        """One and the same place for all that share the seed."""
        return Draw(self.seed, path)

    def number(self, lowest: int, highest: int) -> int:
        """A number between the two, both included."""
        return lowest + int.from_bytes(self._bytes(8)) % (highest - lowest + 1)

    def text(self, length: int, alphabet: str = LETTERS) -> str:
        """A word of at most 64 characters."""
        return "".join(alphabet[byte % len(alphabet)] for byte in self._bytes(length))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def _bytes(self, length: int) -> bytes:
        return blake2b(f"{self.seed}/{self.path}".encode(), digest_size=length).digest()
