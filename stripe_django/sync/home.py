"""Your own account, and the mode that this database mirrors.

Both decide which ids are qualified, so they are determined once: by the key, by what it reads, or
by what Stripe sends of your own account. A connected account's events never determine them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import credentials
from stripe_django.api.client import Client
from stripe_django.conf import settings
from stripe_django.credentials import Credentials
from stripe_django.exceptions import (
    UnavailableError,
    UnknownModeError,
    WrongAccountError,
    WrongHomeError,
)
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, InboxEvent
from stripe_django.models.base import StripeModel
from stripe_django.privacy.configured import policy_in_force
from stripe_django.schemas import tables_of

from . import account_keys
from .mapping.identity import HomeAccount
from .writer.adoption import adopt

HELD = "Held until a sync, or an event of your own account, determines which mode is mirrored."

_remembered: dict[str, HomeAccount] = {}  # by the tables
_unreadable: set[tuple[str, str]] = set()  # tables and keys that may not read their own account


def known(using: str) -> HomeAccount | None:
    """Your own account, ``None`` before the first sync."""
    row = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    if row is None:
        _remembered.pop(tables_of(using), None)
        return None
    return _remember(row, using)


def _remember(row: Home, using: str) -> HomeAccount:
    further = frozenset(credentials.aliases()) if settings.accounts else frozenset()
    found = HomeAccount(
        row.livemode,
        row.account,
        further=further,
        policy=policy_in_force(),
        erasure_keys=row.erasure_keys,
    )
    _remembered[tables_of(using)] = found
    return found


def remembered(using: str) -> HomeAccount | None:
    """Your own account as it was when this process last looked, or else ``None``.

    The database may be another one by now, restored or emptied: a statement that relies on the
    mode checks it in the same statement.
    """
    found = _remembered.get(tables_of(using))
    return found and found._replace(policy=policy_in_force())


def of_payload(using: str, livemode: Any) -> HomeAccount:
    """Your own account; the key, or else the mode of a payload of it, determines the mode.

    A payload without a mode determines nothing; it is mapped as one of test mode.
    """
    mode = settings.key_livemode
    if mode is None and isinstance(livemode, bool):
        mode = livemode
    if mode is None:
        return known(using) or HomeAccount(False, policy=policy_in_force())
    return known(using) or set_mode(using, livemode=mode)


def of_event(using: str, payload: Mapping[str, Any], platform: str = "") -> HomeAccount | None:
    """Your own account, if it is known or the event may determine it; ``None`` to hold it.

    ``platform`` is the account with a key of its own that received the event.
    """
    found = known(using)
    is_own = not platform and not _is_of_another_account(payload)
    if found is None and (settings.key_livemode is not None or is_own):
        found = of_payload(using, payload.get("livemode"))
    return found and found._replace(platform=found.resolve(platform))


def _is_of_another_account(payload: Mapping[str, Any]) -> bool:
    """Whether an event names an account, which your own events do only in an organisation."""
    return any(isinstance(payload.get(key), str) for key in ("account", "user_id", "context"))


def for_key(using: str, account: str = "") -> HomeAccount:
    """Your own account, for reading with the key that reads an account.

    Raises ``WrongHomeError`` if the key is for the other mode, ``WrongAccountError`` if it is of
    another account than it should be, and ``UnknownModeError`` if nothing says which mode it is
    for.
    """
    key = account_keys.credentials_for(account, using)
    found = of_mode(key, using, lambda: _mode_read(account, using))
    verify(key, found, using)
    return found._replace(platform="" if key.is_own else key.account)


def of_mode(key: Credentials, using: str, learn: Callable[[], bool]) -> HomeAccount:
    """Your own account, if the key is for its mode; raises ``WrongHomeError`` otherwise.

    While it is unknown, the key determines the mode, or ``learn`` does if the key does not say.
    """
    found, mode = known(using), key.livemode
    if found is None:
        return set_mode(using, livemode=learn() if mode is None else mode)
    if mode not in (None, found.livemode):
        raise WrongHomeError
    return found


def verify(key: Credentials, mine: HomeAccount, using: str) -> None:
    """Make sure that a key is of the right account, once for each key.

    Raises ``WrongAccountError`` if it is not.
    """
    if expected := _unverified(key, mine, using):
        if message := _what_is_wrong(key, expected, mine):
            raise WrongAccountError(message)
        account_keys.remember(key, expected, using)


def wrong_account(key: Credentials, mine: HomeAccount, using: str) -> str:
    """Of which wrong account a key is, as a sentence; empty if it is of the right one.

    Stripe is asked about a key that was never verified.
    """
    expected = _unverified(key, mine, using)
    return _what_is_wrong(key, expected, mine) if expected else ""


def _unverified(key: Credentials, mine: HomeAccount, using: str) -> str:
    """The account that a key should be of; empty while that is unknown, and once it is verified."""
    expected = mine.account if key.is_own else key.account
    return "" if expected and account_keys.is_known(key, expected, using) else expected


def _what_is_wrong(key: Credentials, expected: str, mine: HomeAccount) -> str:
    """Ask Stripe. A key that may not say is believed to be of the configured account, and refused
    if none is.
    """
    if not key.is_own and expected == mine.account:
        setting = credentials.setting_of(key.alias)
        return _("%(setting)s is your own account, that of API_KEY: leave it out.") % {
            "setting": setting
        }
    found = set(filter(None, (_account_read(key), key.account)))
    if not found:
        return _(
            "The key may not read its account, so nothing says that it is of %(expected)s,"
            ' which this database mirrors. If it is, set STRIPE_DJANGO["ACCOUNT"] to that'
            " id."
        ) % {"expected": expected}
    wrong = found - {expected}
    return _wrong(key, wrong.pop(), expected) if wrong else ""


def _wrong(key: Credentials, found: str, expected: str) -> str:
    if not key.is_own:
        setting = credentials.setting_of(key.alias)
        return _("The key in %(setting)s is of account %(found)s, not of %(expected)s.") % {
            "setting": setting,
            "found": found,
            "expected": expected,
        }
    return _(
        "The key is of account %(found)s, but this database mirrors %(expected)s: use"
        ' that account\'s key, or add the other account to STRIPE_DJANGO["ACCOUNTS"].'
    ) % {"found": found, "expected": expected}


def _account_read(key: Credentials) -> str:
    """The id of the key's account; empty if the key may not read it."""
    try:
        page = Client(account=key.account, credentials=key).retrieve("/v1/account")
    except (stripe.PermissionError, UnavailableError):
        return ""
    ids = [each.get("id") for each in page.objects if isinstance(each, dict)]
    return ids[0] if ids and isinstance(ids[0], str) and ids[0].startswith("acct_") else ""


def _mode_read(account: str, using: str) -> bool:
    """The mode of a key that does not say, by what it reads."""
    page = account_keys.client_for(account, using).retrieve("/v1/balance")
    for each in page.objects:
        if isinstance(each, dict) and isinstance(each.get("livemode"), bool):
            return bool(each["livemode"])
    raise UnknownModeError


def set_mode(using: str, *, livemode: bool) -> HomeAccount:
    """Store the mode, unless another process has, and release the events that are held."""
    row, is_new = Home.objects.using(using).get_or_create(
        pk=Home.SINGLETON, defaults={"livemode": livemode}
    )
    if is_new:
        held = InboxEvent.objects.using(using).filter(
            status=InboxEvent.Status.RECEIVED, reason=HELD
        )
        held.update(reason="", next_attempt_at=timezone.now())
    return _remember(row, using)


def learn_account(using: str) -> None:
    """Store the id of your own account, unless it is known: Stripe's answer, or the setting.

    What was stored under the id becomes your own. A key that may not read it, without the setting,
    leaves it unknown, and is not tried again by this process. Raises ``WrongAccountError`` if the
    setting has another id, and the SDK's errors as they come.
    """
    found = known(using)
    key = credentials.own()
    unreadable = (tables_of(using), key.api_key)
    if found is None or found.account or not key.api_key or unreadable in _unreadable:
        return
    account = _account_read(key) or key.account
    if not account:
        _unreadable.add(unreadable)
        return
    if key.account and account != key.account:
        raise WrongAccountError(
            _("The key is of account %(account)s, but the setting ACCOUNT is %(key_account)s.")
            % {"account": account, "key_account": key.account}
        )
    with transaction.atomic(using=using):
        adopt(account, using)
        Home.objects.using(using).filter(pk=Home.SINGLETON).update(account=account)
        account_keys.remember(key, account, using)
    known(using)


def may_read(row: StripeModel, using: str) -> bool:
    """Whether a key of your own account's mode can read the object of a row."""
    found = known(using)
    return found is None or row.livemode in (None, found.livemode)


def resolve(account: str) -> str:
    """An account as rows have it, empty for your own, whose id is read if it is unknown."""
    if not account:
        return ""
    using = router.db_for_write(Home)
    found = known(using)
    if found and not found.account and settings.api_key:
        learn_account(using)
        found = known(using)
    return found.resolve(account) if found else account
