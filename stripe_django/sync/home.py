"""The account and mode that this database mirrors."""

from __future__ import annotations

from typing import Any

from stripe_django.conf import settings
from stripe_django.exceptions import WrongHomeError
from stripe_django.models import Home

_remembered: dict[str, bool] = {}  # by the alias of the database


def livemode(using: str, *, assumed: Any = None) -> bool:
    """The mode of home, which is settled by the first sync: the key's, or else the payload's."""
    home = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    key_mode = settings.key_livemode
    if home is None:
        mode = key_mode if key_mode is not None else assumed is True
        home, _ = Home.objects.using(using).get_or_create(
            pk=Home.SINGLETON, defaults={"livemode": mode}
        )
    _remembered[using] = home.livemode
    return home.livemode


def remembered(using: str) -> bool | None:
    """The mode of home when this process last looked, or else ``None``.

    The database may be another one by now, restored or emptied: whoever writes by it asks again
    in the same statement.
    """
    return _remembered.get(using)


def for_key(using: str) -> bool:
    """The mode of home, for reading with the key.

    Raises ``WrongHomeError`` if the key is for the other mode.
    """
    mode = livemode(using)
    if settings.key_livemode not in (None, mode):
        raise WrongHomeError
    return mode
