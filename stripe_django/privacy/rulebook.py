"""The rules of a policy, applied to one key or one text at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from .categories import UNREVIEWED
from .inventory import NOT_PERSONAL, Path, category_of
from .personal import WHOLE
from .rules import EVERY_OBJECT, Rule
from .treatments import Treatment, hashed, is_withheld, masked

VERSION_SIZE = 4  # bytes, two characters each
MOST_DECISIONS = 50_000

KEEP, DROP, HASH, MASK = Treatment


class Decision(NamedTuple):
    """What is done with a key's value. ``whole`` says that it covers all inside of it, and
    ``category`` is that of what is inside of it and in no table.
    """

    treatment: Treatment
    whole: bool = False
    category: str = UNREVIEWED


def _up_to_whole(path: Path) -> Path:
    """The path of the hash of anybody's keys that a value is in, or else its own."""
    for index, key in enumerate(path):
        if key in WHOLE:
            return path[: index + 1]
    return path


@dataclass(frozen=True)
class Rulebook:
    """``keys`` are those of the hashes: the first one is in use, the others were before."""

    rules: tuple[Rule, ...] = ()
    keys: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether they withhold nothing."""
        return all(rule.treatment is KEEP for rule in self.rules)

    @cached_property
    def version(self) -> str:
        """The same for the same rules, whatever the key."""
        text = repr([tuple(map(str, rule)) for rule in sorted(self.rules)])
        return blake2b(text.encode(), digest_size=VERSION_SIZE).hexdigest()

    def decide(self, name: str, path: Path, inherited: str = UNREVIEWED) -> Decision:
        """What is done with the value at a path; ``inherited`` is the category around it."""
        question = (name, path, inherited)
        if (known := self._decided.get(question)) is None:
            if len(self._decided) > MOST_DECISIONS:  # as of hashes with keys of anybody's choice
                self._decided.clear()
            known = self._decided[question] = self._decide(name, path, inherited)
        return known

    def replaced(self, text: str, treatment: Treatment) -> str | None:
        """What is stored in place of a text."""
        if treatment is KEEP or (treatment is not DROP and is_withheld(text)):
            return text
        if treatment is DROP:
            return None
        return hashed(text, self.keys[0]) if treatment is HASH else masked(text)

    def treatment_of(self, name: str, category: str) -> Treatment:
        """What is done with a category of an object."""
        for each in (name, EVERY_OBJECT):
            if found := self._by_target.get((each, category)):
                return found
        return KEEP

    def _decide(self, name: str, path: Path, inherited: str) -> Decision:
        category = category_of(name, _up_to_whole(path))
        if category == UNREVIEWED:
            category = inherited
        if by_path := self._by_path(name, path):
            return Decision(by_path, True, category)
        if category == NOT_PERSONAL:
            return Decision(KEEP)
        whole = path[-1] in WHOLE and not self._has_rule_inside(name, path)
        return Decision(self.treatment_of(name, category), whole, category)

    def _has_rule_inside(self, name: str, path: Path) -> bool:
        """Whether there is a rule about one of the keys in a hash of anybody's keys."""
        named, ended = f"{'.'.join(path)}.", f"{path[-1]}."
        return any(
            rule.target.startswith(named if rule.object_name == name else ended)
            for rule in self.rules
            if rule.object_name in (name, EVERY_OBJECT)
        )

    def _by_path(self, name: str, path: Path) -> Treatment | None:
        """The treatment of a rule about this path: for any object, it may be the end of it."""
        if found := self._by_target.get((name, ".".join(path))):
            return found
        for start in range(len(path)):
            if found := self._by_target.get((EVERY_OBJECT, ".".join(path[start:]))):
                return found
        return None

    @cached_property
    def _by_target(self) -> Mapping[tuple[str, str], Treatment]:
        return {(rule.object_name, rule.target): rule.treatment for rule in self.rules}

    @cached_property
    def _decided(self) -> dict[tuple[str, Path, str], Decision]:
        return {}
