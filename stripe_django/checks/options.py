"""Checks of the settings dictionary, the key and ``OBJECTS``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import filter as filter_names
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.conf import OPTIONS, SETTING, Option, settings

SECRET_KEY = re.compile(r"[sr]k_\w+")
PUBLISHABLE = "pk_"


def check_dictionary(**kwargs: Any) -> list[CheckMessage]:
    given = getattr(django_settings, SETTING, {})
    if not isinstance(given, dict):
        return [
            Error(
                _("STRIPE_DJANGO is of type %(type)s, not a dictionary.")
                % {"type": _name(type(given))},
                hint=_('Write STRIPE_DJANGO = {"API_KEY": …}.'),
                id="stripe_django.E002",
            )
        ]
    unknown = (_unknown(name) for name in given if name not in OPTIONS)
    wrong = (_wrong_type(name) for name in OPTIONS if not has_its_type(name))
    return [*unknown, *wrong]


def _unknown(name: object) -> CheckMessage:
    # A name that Django's settings could not have may be a key that was put in the wrong place.
    text = name if isinstance(name, str) and name.isidentifier() else ""
    shown = "" if text.startswith((PUBLISHABLE, "sk_", "rk_")) else text
    near = get_close_matches(shown.upper(), OPTIONS, n=1)
    hint = (
        _("Did you mean %(near)r?") % {"near": near[0]}
        if near
        else _("It may have %(names)s.") % {"names": ", ".join(OPTIONS)}
    )
    return Error(
        _("STRIPE_DJANGO has the unknown key %(shown)r.") % {"shown": shown}
        if shown
        else _("STRIPE_DJANGO has an unknown key."),
        hint=hint,
        id="stripe_django.E003",
    )


def has_its_type(name: str) -> bool:
    return name not in settings.given or OPTIONS[name].accepts(settings.given[name])


def _wrong_type(name: str) -> CheckMessage:
    option = OPTIONS[name]
    found = _name(type(settings.given[name]))
    instead = (
        _("%(environment)s of the environment") % {"environment": option.environment}
        if option.environment
        else _("the default")
    )
    return Error(
        _("STRIPE_DJANGO[%(name)r] is of type %(found)s, not %(types)s.")
        % {"name": name, "found": found, "types": _types(option)},
        hint=_("Correct it, or leave it out: then %(instead)s applies.") % {"instead": instead},
        id="stripe_django.E004",
    )


def _types(option: Option) -> str:
    allowed = option.type if isinstance(option.type, tuple) else (option.type,)
    return _(" or ").join(map(_name, allowed))


def _name(kind: type) -> str:
    return kind.__name__


def check_key(**kwargs: Any) -> list[CheckMessage]:
    """The key is never part of a message."""
    if not has_its_type("API_KEY"):
        return []
    if not settings.api_key:
        return [
            Warning(
                _("There is no Stripe key, so nothing can be read from Stripe."),
                hint=_(
                    'Set STRIPE_DJANGO["API_KEY"], or the environment variable STRIPE_SECRET_KEY,'
                    " to a secret or restricted key. Without one, sync.apply() still works."
                ),
                id="stripe_django.W005",
            )
        ]
    if settings.api_key.startswith(PUBLISHABLE):
        return [
            Error(
                _("The Stripe key is a publishable one, which cannot read anything."),
                hint=_(
                    'Set STRIPE_DJANGO["API_KEY"], or the environment variable STRIPE_SECRET_KEY,'
                    " to a key that begins with sk_ or rk_."
                ),
                id="stripe_django.E006",
            )
        ]
    if SECRET_KEY.fullmatch(settings.api_key):
        return []
    return [
        Warning(
            _("The Stripe key has none of the known forms."),
            hint=_(
                'Set STRIPE_DJANGO["API_KEY"], or the environment variable STRIPE_SECRET_KEY, to a'
                " key that begins with sk_ or rk_, without quotes, spaces or line ends."
            ),
            id="stripe_django.W007",
        )
    ]


def check_other_mode(**kwargs: Any) -> Iterator[CheckMessage]:
    if has_its_type("OTHER_MODE") and settings.get("OTHER_MODE") not in ("ignore", "keep"):
        yield Error(
            _("STRIPE_DJANGO['OTHER_MODE'] is neither 'ignore' nor 'keep'."),
            hint=_("'ignore' leaves out what is not of the mode that the database mirrors."),
            id="stripe_django.E020",
        )


def check_objects(**kwargs: Any) -> Iterator[CheckMessage]:
    """A misspelled name in ``OBJECTS`` would silently exclude the object."""
    known = [model.stripe.object_name for model in registry.models()]
    for pattern in settings.objects if has_its_type("OBJECTS") else ():
        if not filter_names(known, pattern):
            near = get_close_matches(pattern, known, n=1)
            yield Error(
                _("STRIPE_DJANGO['OBJECTS'] names %(pattern)r, which matches no object.")
                % {"pattern": pattern},
                hint=_("Did you mean %(near)r?") % {"near": near[0]}
                if near
                else _("Names are those of Stripe's API."),
                id="stripe_django.E013",
            )
