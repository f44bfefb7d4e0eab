"""The account and mode that this database mirrors."""

from __future__ import annotations

from typing import Any

from stripe_django.conf import settings
from stripe_django.exceptions import WrongHomeError
from stripe_django.models import Home


def livemode(using: str, *, assumed: Any = None) -> bool:
    """The mode of home, which is settled by the first sync: the key's, or else the payload's."""
    home = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    key_mode = settings.key_livemode
    if home is None:
        mode = key_mode if key_mode is not None else assumed is True
        home, _ = Home.objects.using(using).get_or_create(
            pk=Home.SINGLETON, defaults={"livemode": mode}
        )
    return home.livemode


def for_key(using: str) -> bool:
    """The mode of home, for reading with the key.

    Raises ``WrongHomeError`` if the key is for the other mode.
    """
    mode = livemode(using)
    if settings.key_livemode not in (None, mode):
        raise WrongHomeError
    return mode
