"""Which account the rows of dj-stripe live in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from stripe_django import credentials
from stripe_django.conf import settings
from stripe_django.exceptions import UnknownModeError, UnknownOwnerError
from stripe_django.privacy.configured import policy_in_force
from stripe_django.sync import account_keys, home
from stripe_django.sync.mapping.identity import HomeAccount

from .facts import PREFIX
from .references import References
from .tables import ID, OWNER, Found, Table

ACCOUNTS, API_KEYS = f"{PREFIX}account", f"{PREFIX}apikey"
FEW = 2  # accounts, to see whether there is more than one
SECRET = "secret"


class Lives(NamedTuple):
    """The account that an object lives in, empty for your own, ``None`` if unknown."""

    account: str | None
    is_sure: bool


@dataclass(frozen=True)
class Accounts:
    """``home`` is your own account, with its id as far as that is known."""

    home: HomeAccount
    using: str

    def of(self, row: Mapping[str, Any], table: Table, references: References) -> Lives:
        """The account of a row.

        dj-stripe takes objects of connected accounts for the platform's when it does not know
        better, so only another account than your own is sure.
        """
        owner = references.id_of(table, OWNER, row.get(OWNER)) if OWNER in table.columns else None
        account = self.home.resolve(owner or "")
        return Lives(account, is_sure=bool(account))

    def home_for(self, account: str | None) -> HomeAccount:
        """Your own account, for mapping an object of an account."""
        platform = account_keys.platform_of(account or "", self.using)
        return self.home._replace(platform=platform) if platform else self.home


def accounts(found: Found, own: str, using: str, *, stores: bool) -> Accounts:
    """Your own account and its mode, from the settings, the mirror or dj-stripe's own tables.

    ``own`` is its id if the user has named it. Unless ``stores``, nothing is written. Raises
    ``UnknownModeError`` and ``UnknownOwnerError`` if they cannot be known.
    """
    known, mode = home.known(using), settings.key_livemode
    if known is None and mode is None:
        raise UnknownModeError
    account = (known and known.account) or own or credentials.own().account
    account = account or _found_account(found)
    if known is None:
        known = (
            home.of_payload(using, mode)
            if stores
            else HomeAccount(bool(mode), policy=policy_in_force())
        )
    return Accounts(known._replace(account=account), using)


def _found_account(found: Found) -> str:
    """The account whose key dj-stripe has as well, or else the only account there is."""
    if account := _account_of_key(found):
        return account
    if ACCOUNTS in found.names:
        few = list(found.table(ACCOUNTS).rows.values_list(ID, flat=True)[:FEW])
        if len(few) < FEW:
            return few[0] if few else ""
    owners = {each for name in found.names for each in _owners(found.table(name))}
    if len(owners) > 1:
        raise UnknownOwnerError
    return owners.pop() if owners else ""


def _account_of_key(found: Found) -> str:
    """The account that dj-stripe has found for the key of this project."""
    key = credentials.own().api_key
    if not key or API_KEYS not in found.left_out:
        return ""
    table = found.table(API_KEYS)
    # Compared here, because queries are logged with their parameters.
    rows = [row for row in table.rows.values(SECRET, OWNER) if row[SECRET] == key]
    return next(iter(_ids(table, rows)), "")


def _owners(table: Table) -> set[str]:
    """The first and the last account that own rows of a table: the same if there is only one."""
    if OWNER not in table.columns:
        return set()
    owned = table.rows.exclude(**{OWNER: None}).values(OWNER)
    return _ids(table, [*owned.order_by(OWNER)[:1], *owned.order_by(f"-{OWNER}")[:1]])


def _ids(table: Table, rows: list[dict[str, Any]]) -> set[str]:
    references = References(table.using)
    references.load(table, rows, [OWNER])
    return set(filter(None, (references.id_of(table, OWNER, row[OWNER]) for row in rows)))
