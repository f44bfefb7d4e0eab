"""The rules of a policy, as the setting ``PRIVACY`` has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from .categories import CATEGORIES, UNREVIEWED
from .treatments import Treatment

MINIMAL = "minimal"
EVERY_OBJECT = "*"
TARGETS = frozenset({*CATEGORIES, UNREVIEWED})
TREATMENTS = tuple(Treatment)


class Rule(NamedTuple):
    """What is done with a category, or with what is at a path, of one object or of all."""

    object_name: str
    target: str
    treatment: Treatment

    @property
    def is_of_category(self) -> bool:
        return self.target in TARGETS


def everything(object_name: str = EVERY_OBJECT) -> tuple[Rule, ...]:
    """Drop each category, and what nobody has reviewed."""
    return tuple(Rule(object_name, target, Treatment.DROP) for target in sorted(TARGETS))


def rules_of(setting: Any) -> tuple[Rule, ...]:
    """The rules of a setting without errors; none for an empty one."""
    if setting == MINIMAL:
        return everything()
    found: dict[tuple[str, str], Rule] = {}
    for name, rules in (setting or {}).items():
        given = (
            everything(name)
            if rules == MINIMAL
            else [Rule(name, target, Treatment(each)) for target, each in rules.items()]
        )
        found |= {rule[:2]: rule for rule in given}
    return tuple(sorted(found.values()))


def errors_of(setting: Any) -> Iterator[str]:
    """What is wrong with a setting, a sentence each."""
    if not setting or setting == MINIMAL:
        return
    if not isinstance(setting, Mapping):
        yield _('PRIVACY is "%(minimal)s" or a dictionary, not %(type)s.') % {
            "minimal": MINIMAL,
            "type": type(setting).__name__,
        }
        return
    for name, rules in setting.items():
        if rules == MINIMAL:
            continue
        if not isinstance(rules, Mapping):
            yield _('PRIVACY[%(name)r] is "%(minimal)s" or a dictionary of treatments.') % {
                "name": name,
                "minimal": MINIMAL,
            }
            continue
        for target, treatment in rules.items():
            if treatment not in TREATMENTS:
                allowed = ", ".join(TREATMENTS)
                yield _(
                    "PRIVACY[%(name)r][%(target)r] is %(treatment)r, not one of %(allowed)s."
                ) % {"name": name, "target": target, "treatment": treatment, "allowed": allowed}
