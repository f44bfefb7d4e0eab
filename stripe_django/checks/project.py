"""Checks of the project's settings."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error
from django.utils.translation import gettext as _

from stripe_django.conf import settings

from .options import has_its_type


def check_project(**kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not django_settings.USE_TZ:
        messages.append(
            Error(
                _("USE_TZ is off, but Stripe's times are stored in UTC."),
                hint=_("Set USE_TZ = True."),
                id="stripe_django.E008",
            )
        )
    if has_its_type("API_BASE") and not _is_private(settings.api_base):
        messages.append(
            Error(
                _(
                    "API_BASE is neither an https address nor an http address of this machine, so"
                    " the Stripe key would be sent unencrypted."
                ),
                hint=_(
                    'Leave STRIPE_DJANGO["API_BASE"] and STRIPE_API_BASE out to use Stripe itself;'
                    " a fake Stripe for tests may listen on http://127.0.0.1."
                ),
                id="stripe_django.E009",
            )
        )
    return messages


def _is_private(address: str) -> bool:
    """Whether requests to the address are encrypted or stay on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return bool(host)
        # User names in addresses are read in more than one way.
        is_plain = parts.scheme == "http" and "@" not in parts.netloc
        return is_plain and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
