"""Whose objects a response has: the account and the key of its request."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import credentials
from stripe_django.api.sent_request import SentRequest
from stripe_django.conf import settings
from stripe_django.credentials import Credentials
from stripe_django.exceptions import UnknownModeError, WrongAccountError
from stripe_django.schemas import tables_of
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount

# By the tables, your own account, and the key: what is wrong with it, empty if nothing is.
_verified: dict[tuple[str, str, str], str] = {}

UNKNOWN = gettext_noop(
    "The key is not that of the settings, and nothing says which account that one"
    ' is of. Set STRIPE_DJANGO["ACCOUNT"], or use a key that may read its account.'
)


def origin_of(
    sent: SentRequest, livemode: bool | None, using: str, *, verified: bool = True
) -> tuple[HomeAccount, str]:
    """Your own account, as the key of the request sees it, and the account that was acted in.

    ``livemode`` is the mode of what came; it counts where neither the key nor the database says
    which one is mirrored. Raises ``WrongHomeError`` and ``WrongAccountError`` for a key of another
    mode or account, which has nothing to be mirrored here. Without ``verified``, Stripe is not
    asked whose it is.
    """
    key = credentials.of_key(sent.api_key)
    found = home.of_mode(key, using, lambda: _mode(livemode))
    if verified:
        found = _verify(key, found, using)
    account = sent.account or ("" if key.is_own else key.account)
    return found._replace(platform="" if key.is_own else key.account), found.resolve(account)


def _mode(livemode: bool | None) -> bool:
    if livemode is None:
        raise UnknownModeError
    return livemode


def _verify(key: Credentials, mine: HomeAccount, using: str) -> HomeAccount:
    """Your own account, to which the key belongs, or to whose ``ACCOUNTS``.

    A key that the settings do not have may be of any account, so your own has to be known. Raises
    ``WrongAccountError`` if it is of another one, about which Stripe is asked once.
    """
    if not mine.account and key.is_own and settings.api_key not in ("", key.api_key):
        home.learn_account(using)
        mine = home.known(using) or mine
        if not mine.account:
            raise WrongAccountError(_(UNKNOWN))
    if mine.account:
        verified = tables_of(using), mine.account, key.api_key
        if verified not in _verified:
            _verified[verified] = _what_is_wrong(key, mine, using)
        if _verified[verified]:
            raise WrongAccountError(_verified[verified])
    return mine


def _what_is_wrong(key: Credentials, mine: HomeAccount, using: str) -> str:
    try:
        home.verify(key, mine, using)
    except WrongAccountError as error:
        return str(error)
    return ""
