"""Checks of the limits of the health page, its token, and the mails to ``ADMINS``."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import gettext as _

from stripe_django.conf import settings
from stripe_django.health.indicators import INDICATORS, is_limit

from .options import has_its_type

SHORTEST = 20  # characters of a token


def check_limits(**kwargs: Any) -> Iterator[CheckMessage]:
    known = [name for name, kind in INDICATORS.items() if kind.has_limit]
    for name, limit in settings.health.items() if has_its_type("HEALTH") else ():
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            yield Error(
                _(
                    "STRIPE_DJANGO['HEALTH'] has a limit for %(name)r, which is no indicator with"
                    " one."
                )
                % {"name": name},
                hint=_("Did you mean %(near)r?") % {"near": near[0]}
                if near
                else _("It may have %(names)s.") % {"names": ", ".join(known)},
                id="stripe_django.E040",
            )
        elif not is_limit(limit):
            yield Error(
                _("STRIPE_DJANGO['HEALTH'][%(name)r] is neither a number from 0 on nor None.")
                % {"name": name},
                hint=_("It is in %(unit)s; None reports it and does not judge it.")
                % {"unit": INDICATORS[name].unit},
                id="stripe_django.E040",
            )


def check_token(**kwargs: Any) -> Iterator[CheckMessage]:
    """The token is never part of a message."""
    token = settings.health_token if has_its_type("HEALTH_TOKEN") else ""
    if token and len(token) < SHORTEST:
        yield Warning(
            _("The token of the health page is shorter than %(shortest)s characters.")
            % {"shortest": SHORTEST},
            hint=_(
                'Set STRIPE_DJANGO["HEALTH_TOKEN"], or the environment variable'
                " STRIPE_HEALTH_TOKEN, to a long random text, such as secrets.token_urlsafe()."
            ),
            id="stripe_django.W041",
        )


def check_mails(**kwargs: Any) -> Iterator[CheckMessage]:
    """Django sends no mail to nobody, and does not say so."""
    if has_its_type("MAIL_ADMINS") and settings.mail_admins and not django_settings.ADMINS:
        yield Warning(
            _("STRIPE_DJANGO['MAIL_ADMINS'] is set, and ADMINS is empty: nobody gets a mail."),
            hint=_("Add an address to ADMINS."),
            id="stripe_django.W042",
        )
