"""The account and mode that this database mirrors."""

from __future__ import annotations

from typing import Any

from stripe_django.conf import settings
from stripe_django.exceptions import WrongHomeError
from stripe_django.models import Home


def livemode(using: str, *, assumed: Any = None) -> bool:
    """The mode of home, which is settled by the first sync: the key's, or else the payload's.

    Raises ``WrongHomeError`` if the key is for the other mode.
    """
    home = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    key_mode = settings.key_livemode
    if home is None:
        mode = key_mode if key_mode is not None else assumed is True
        home, _ = Home.objects.using(using).get_or_create(
            pk=Home.SINGLETON, defaults={"livemode": mode}
        )
    return home.livemode


def check_key(using: str) -> None:
    """Raise ``WrongHomeError`` if the key reads another mode than this database mirrors."""
    key_mode = settings.key_livemode
    if key_mode is not None and livemode(using) is not key_mode:
        raise WrongHomeError(WrongHomeError.__doc__)
