"""Whose objects a response has: the account and the key of its request."""

from __future__ import annotations

from stripe_django import credentials
from stripe_django.api.sent_request import SentRequest
from stripe_django.exceptions import UnknownModeError, WrongHomeError
from stripe_django.schemas import tables_of
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount

_verified: set[tuple[str, str, str]] = set()  # tables, your own account, and keys


def origin_of(sent: SentRequest, livemode: bool | None, using: str) -> tuple[HomeAccount, str]:
    """Your own account, as the key of the request sees it, and the account that was acted in.

    ``livemode`` is the mode of what came; it counts where neither the key nor the database says
    which one is mirrored. Raises ``WrongHomeError`` and ``WrongAccountError`` for a key of another
    mode or account, which has nothing to be mirrored here.
    """
    key = credentials.of_key(sent.api_key)
    mode = key.livemode if key.livemode is not None else livemode
    found = home.known(using)
    if found is None:
        if mode is None:
            raise UnknownModeError
        found = home.set_mode(using, livemode=mode)
    elif key.livemode not in (None, found.livemode):
        raise WrongHomeError
    verified = tables_of(using), found.account, sent.api_key
    if found.account and verified not in _verified:
        home.verify(key, found, using)
        _verified.add(verified)
    account = sent.account or ("" if key.is_own else key.account)
    return found._replace(platform="" if key.is_own else key.account), found.resolve(account)
