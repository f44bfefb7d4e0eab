"""With whose key each account is read, and which keys are known to be of their accounts."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from stripe_django import credentials
from stripe_django.api.client import Client
from stripe_django.conf import settings
from stripe_django.credentials import Credentials

from . import mirrored_accounts


def platform_of(account: str, using: str) -> str:
    """The account whose key reads an account, if that is not your own: itself, or its platform."""
    if not account or not settings.accounts:
        return ""
    if credentials.of(account).alias:
        return account
    found = (
        mirrored_accounts.rows(using)
        .filter(stripe_account=account)
        .values_list("parent", flat=True)
        .first()
    )
    return found or ""


def credentials_for(account: str, using: str) -> Credentials:
    """The key that reads an account."""
    return credentials.of(platform_of(account, using))


def client_for(account: str, using: str) -> Client:
    """A client that reads an account; raises ``MissingKeyError`` if there is no key."""
    return Client(account=account, credentials=credentials_for(account, using))


def is_known(key: Credentials, account: str, using: str) -> bool:
    """Whether a key was found to be of an account earlier."""
    rows = mirrored_accounts.rows(using).filter(stripe_account=_stored_as(key, account))
    return rows.filter(key_digest=_digest(key.api_key)).exists()


def remember(key: Credentials, account: str, using: str) -> None:
    """Store that a key is of an account."""
    row = mirrored_accounts.ensure(_stored_as(key, account), using)
    mirrored_accounts.rows(using).filter(pk=row.pk).update(key_digest=_digest(key.api_key))


def _stored_as(key: Credentials, account: str) -> str:
    return "" if key.is_own else account


def _digest(key: str) -> str:
    """What a key is recognised by; nobody finds the key by it."""
    return salted_hmac("stripe_django.key", key).hexdigest()[:32]
