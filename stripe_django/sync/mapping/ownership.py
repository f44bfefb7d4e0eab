"""Which account an object lives in: the one that it was read or sent from, with exceptions.

======================================  ====================================================
an object                               lives in
======================================  ====================================================
about the relation of a platform to     the platform, whichever of its accounts it came with:
its accounts (account, person,          your own account, or one with a key of its own; about
capability, external account,           an account with a key of its own, in that account
application fee and its refund)
of a catalogue that all accounts share  your own account
under a key with ``lives_in``           the account that this path of the payload names; an
                                        unknown one if it names none
under another key of an account,        an unknown one: the platform or the account may have
a file for instance                     uploaded it
any other                               the account of the object around it, or that of the
                                        event, list or read
======================================  ====================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django.models.base import StripeModel

from .identity import Context, HomeAccount
from .schema import Getter, schema_for

PREFIX = "acct_"
ACCOUNT = "account"


def context_of(model: type[StripeModel], payload: Mapping[str, Any], context: Context) -> Context:
    """The context of an object, with the account that it lives in."""
    if model.stripe.is_global:
        return context._replace(account="") if context.account != "" else context
    home = context.home
    if context.account == home.platform and not home.further:
        return context
    if not _is_platform_owned(model, payload, context):
        return context
    about = _account_about(model, payload) if home.further else None
    return context._replace(account=about if about in home.further else home.platform)


def context_under(
    model: type[StripeModel], payload: Mapping[str, Any], key: str, context: Context
) -> Context:
    """The context of what an object has under one of its keys."""
    elsewhere = schema_for(model).elsewhere
    if key not in elsewhere:
        return context
    return context._replace(account=account_under(elsewhere[key], payload, context.home))


def account_under(get: Getter, payload: Mapping[str, Any], home: HomeAccount) -> str | None:
    """The account that a payload names by its id or in full; ``None`` if it names none."""
    found = get(payload)
    if isinstance(found, dict):
        found = found.get("id")
    if not isinstance(found, str) or not found.startswith(PREFIX):
        return None
    return home.resolve(found)


def _account_about(model: type[StripeModel], payload: Mapping[str, Any]) -> str | None:
    """The id of the account that an object is about; a fee is about a payment."""
    is_account = str(payload.get("id")).startswith(PREFIX)
    if not is_account and model.stripe.is_platform_owned and model.stripe.list_parent != ACCOUNT:
        return None
    found = payload.get("id" if is_account else ACCOUNT)
    return found.get("id") if isinstance(found, dict) else found


def _is_platform_owned(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context
) -> bool:
    if model.stripe.is_platform_owned:
        return True
    # An external account is a bank account or a card like others, but for its owner.
    parent = context.parent.reference if context.parent else None
    return any(
        (column.key and payload.get(column.key)) or column.name == parent
        for column in schema_for(model).of_platform
    )
