"""Checks of the privacy policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.exceptions import CredentialsError
from stripe_django.privacy.categories import CATEGORIES, UNREVIEWED
from stripe_django.privacy.configured import needs_key, wrong_key
from stripe_django.privacy.inventory import ENTRIES
from stripe_django.privacy.rules import EVERY_OBJECT, MINIMAL, Rule, errors_of, rules_of

from .options import has_its_type

CATEGORY_NAMES = ", ".join([*CATEGORIES, UNREVIEWED])


def check_privacy(**kwargs: Any) -> Iterator[CheckMessage]:
    if not (has_its_type("PRIVACY") and has_its_type("PRIVACY_KEYS")):
        return  # that is an error of its own
    problems = list(errors_of(settings.privacy))
    for problem in problems:
        yield Error(
            problem,
            hint=_(
                'STRIPE_DJANGO["PRIVACY"] is "%(minimal)s", or for example {"*": {"emails":'
                ' "hash"}, "charge": {"billing_details.phone": "drop"}}.'
            )
            % {"minimal": MINIMAL},
            id="stripe_django.E028",
        )
    if not problems:
        rules = rules_of(settings.privacy)
        yield from _check_keys(rules)
        yield from filter(None, map(_unknown, rules))


def _check_keys(rules: tuple[Rule, ...]) -> Iterator[CheckMessage]:
    if not needs_key(rules):
        return
    try:
        problem = wrong_key(settings.privacy_keys)
    except CredentialsError as error:
        problem = str(error)
    if problem:
        yield Error(
            problem,
            hint=_(
                'Set STRIPE_DJANGO["PRIVACY_KEYS"], or the environment variable'
                " STRIPE_PRIVACY_KEY, to a long random secret: without it, the same hashes"
                " cannot be computed again."
            ),
            id="stripe_django.E029",
        )


def _unknown(rule: Rule) -> CheckMessage | None:
    name, target = rule.object_name, rule.target
    if name != EVERY_OBJECT and name not in registry.by_object_name():
        text, hint = (
            _("PRIVACY names the unknown object %(name)r.") % {"name": name},
            _("Use Stripe's name of it."),
        )
    elif not rule.is_of_category and target.rpartition(".")[2] not in ENTRIES:
        text = _("PRIVACY[%(name)r] names %(target)r, which is no category and no known key.") % {
            "name": name,
            "target": target,
        }
        hint = _("The categories are %(names)s.") % {"names": CATEGORY_NAMES}
    else:
        return None
    return Warning(text, hint=hint, id="stripe_django.W032")
