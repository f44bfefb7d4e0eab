"""The policy that the settings ask for."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from stripe_django.conf import settings
from stripe_django.exceptions import PrivacyError

from .named import remember
from .policy import Policy
from .rulebook import HASH
from .rules import Rule, errors_of, rules_of
from .treatments import hashed

SHORTEST_KEY = 16  # characters


class _Compiled(NamedTuple):
    """The policy of a setting; ``keys`` are the setting's, which a function may return."""

    setting: Any
    keys: Any
    policy: Policy | None


_compiled: list[_Compiled] = []


def policy_in_force() -> Policy | None:
    """The policy, or ``None`` if the settings ask for none.

    Raises ``PrivacyError`` if they cannot be followed: then nothing may be stored.
    """
    if not (setting := settings.privacy):
        return None
    keys = settings.uncalled("PRIVACY_KEYS")
    for known in _compiled:
        if (known.setting is setting or known.setting == setting) and known.keys == keys:
            return known.policy
    found = _Compiled(setting, keys, _compile(setting))
    _compiled[:] = [found]  # at once, for other threads
    return found.policy


def hash_of(text: str) -> str:
    """What is stored in place of a text that the policy hashes, to look for it in the mirror.

    Raises ``PrivacyError`` without a key.
    """
    if problem := wrong_key(settings.privacy_keys):
        raise PrivacyError(problem)
    return hashed(text, settings.privacy_keys[0].encode())


def announce() -> None:
    """Name the policy of the settings, so that rows can say what it has withheld; needs no key."""
    if not list(errors_of(settings.privacy)):
        remember(rules_of(settings.privacy))


def _compile(setting: Any) -> Policy | None:
    if problems := list(errors_of(setting)):
        raise PrivacyError(problems[0])
    rules = rules_of(setting)
    remember(rules)
    keys = settings.privacy_keys if needs_key(rules) else ()
    if needs_key(rules) and (problem := wrong_key(keys)):
        raise PrivacyError(problem)
    policy = Policy(rules, tuple(key.encode() for key in keys))
    return None if policy.is_empty else policy


def needs_key(rules: tuple[Rule, ...]) -> bool:
    return any(rule.treatment is HASH for rule in rules)


def wrong_key(keys: tuple[str, ...]) -> str:
    """What is wrong with the keys of the hashes, as a sentence; empty if nothing is."""
    if not keys:
        return _("PRIVACY hashes values, and PRIVACY_KEYS has no key to do so.")
    if len(keys[0]) < SHORTEST_KEY:
        return _("The first of PRIVACY_KEYS has fewer than %(shortest)s characters.") % {
            "shortest": SHORTEST_KEY
        }
    return ""
