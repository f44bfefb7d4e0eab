"""Your own account, and the mode that this database mirrors.

Both decide which ids are qualified, so they are determined once: by the key, by what it reads, or
by what Stripe sends of your own account. A connected account's events never determine them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import stripe
from django.db import router
from django.utils import timezone

from stripe_django.api.client import Client
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError, UnknownModeError, WrongHomeError
from stripe_django.models import Home, InboxEvent
from stripe_django.models.base import StripeModel

from .mapping.identity import HomeAccount

HELD = "Held until a sync, or an event of your own account, determines which mode is mirrored."

_remembered: dict[str, HomeAccount] = {}  # by the alias of the database
_unreadable: set[tuple[str, str]] = set()  # aliases and keys that may not read their own account


def known(using: str) -> HomeAccount | None:
    """Your own account, ``None`` before the first sync."""
    row = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    if row is None:
        _remembered.pop(using, None)
        return None
    found = _remembered[using] = HomeAccount(row.livemode, row.account)
    return found


def remembered(using: str) -> HomeAccount | None:
    """Your own account as it was when this process last looked, or else ``None``.

    The database may be another one by now, restored or emptied: a statement that relies on the
    mode checks it in the same statement.
    """
    return _remembered.get(using)


def of_payload(using: str, livemode: Any) -> HomeAccount:
    """Your own account; the key, or else the mode of a payload of it, determines the mode.

    A payload without a mode determines nothing; it is mapped as one of test mode.
    """
    mode = settings.key_livemode
    if mode is None and isinstance(livemode, bool):
        mode = livemode
    return known(using) or (HomeAccount(False) if mode is None else set_mode(using, livemode=mode))


def of_event(using: str, payload: Mapping[str, Any]) -> HomeAccount | None:
    """Your own account, if it is known or the event may determine it; ``None`` to hold it."""
    found = known(using)
    if found or settings.key_livemode is not None or not _is_of_another_account(payload):
        return found or of_payload(using, payload.get("livemode"))
    return None


def _is_of_another_account(payload: Mapping[str, Any]) -> bool:
    """Whether an event names an account, which your own events do only in an organisation."""
    return any(isinstance(payload.get(key), str) for key in ("account", "user_id", "context"))


def for_key(using: str, account: str = "") -> HomeAccount:
    """Your own account, for reading with the key on behalf of an account.

    Raises ``WrongHomeError`` if the key is for the other mode, and ``UnknownModeError`` if
    nothing says which mode it is for.
    """
    found, mode = known(using), settings.key_livemode
    if found is None:
        found = set_mode(using, livemode=_mode_read(account) if mode is None else mode)
    elif mode not in (None, found.livemode):
        raise WrongHomeError
    return found


def _mode_read(account: str) -> bool:
    """The mode of a key that does not say, by what it reads."""
    page = Client(account=account).retrieve("/v1/balance")
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
    found = _remembered[using] = HomeAccount(row.livemode, row.account)
    return found


def learn_account(using: str) -> None:
    """Read the id of your own account from Stripe, unless it is known.

    A key that may not read it leaves it unknown, and is not tried again by this process. Raises
    the SDK's other errors as they come.
    """
    found = known(using)
    if found is None or found.account or (using, settings.api_key) in _unreadable:
        return
    try:
        page = Client().retrieve("/v1/account")
    except (stripe.PermissionError, StripeDjangoError):
        page = None
    ids = [each.get("id") for each in page.objects if isinstance(each, dict)] if page else []
    if ids and isinstance(ids[0], str) and ids[0].startswith("acct_"):
        Home.objects.using(using).filter(pk=Home.SINGLETON).update(account=ids[0])
        _remembered[using] = found._replace(account=ids[0])
    else:
        _unreadable.add((using, settings.api_key))


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
