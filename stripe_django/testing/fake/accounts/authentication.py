"""From the headers of a request to the account that it acts in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..control import is_live
from ..http.protocol import BAD_REQUEST, FORBIDDEN, UNAUTHORISED, Headers, RequestError, key_of
from ..store import Namespace
from .account import Account


@dataclass(slots=True)
class Organization:
    """A key that reaches several accounts; ``accounts`` may be changed."""

    key: str = field(repr=False)
    accounts: list[Account]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: ``account`` is the one of its key; ``account_id`` and ``namespace``
    are of the one in which it acts: the same, or one that is connected to it.
    """

    key: str = field(repr=False)
    account: Account
    account_id: str
    namespace: Namespace

    def check_permission(self, path: str) -> None:
        """Raises ``RequestError`` for what a restricted key may not do."""
        if self.account.keys.denies(self.key, path):
            message = f"This key has no permission for {path} on account {self.account_id!r}."
            raise RequestError(FORBIDDEN, message)


def caller_of(
    headers: Headers, accounts: Iterable[Account], organizations: Iterable[Organization]
) -> Caller:
    """Raises ``RequestError`` for a key, an account or a context that is refused."""
    key = key_of(headers)
    for organization in organizations:
        if key == organization.key:
            return _within(organization, headers)
    for account in accounts:
        if key and (key == account.key or key in account.keys):
            if account.keys.has_expired(key):
                raise RequestError(UNAUTHORISED, "This API key expired.", code="api_key_expired")
            header = "Stripe-Context" if headers.get("Stripe-Context") else "Stripe-Account"
            return _acting(account, key, headers.get(header, ""))
    raise RequestError(UNAUTHORISED, "That is not the API key of this fake.")


def _within(organization: Organization, headers: Headers) -> Caller:
    """An organization's key names the account, or one connected to it: ``acct_1/acct_2``."""
    for name in ("Stripe-Context", "Stripe-Version"):
        if not headers.get(name):
            message = f"The key of an organization needs the header {name}."
            raise RequestError(BAD_REQUEST, message)
    own, _, connected = headers["Stripe-Context"].partition("/")
    for account in _with_id(organization.accounts, own):
        return _acting(account, organization.key, connected)
    raise no_access(own)


def _with_id(accounts: Sequence[Account], id: str) -> list[Account]:
    return [account for account in accounts if account.account_id == id]


def _acting(account: Account, key: str, connected: str) -> Caller:
    if connected in ("", account.account_id):
        return Caller(key, account, account.account_id, Namespace(account.own, is_live(key)))
    name = account.name_of_connected(connected)
    if name is None:
        raise no_access(connected)
    return Caller(key, account, connected, Namespace(name, is_live(key)))


def no_access(account: str) -> RequestError:
    """The refusal of an account that is unknown or not connected (any more)."""
    message = f"This key has no access to an account {account!r}."
    return RequestError(FORBIDDEN, message, code="account_invalid")
