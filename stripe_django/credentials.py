"""With what requests are sent: a key, and the account that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .conf import SETTING, Option, called, mode_of, secrets_in, settings
from .exceptions import CredentialsError

OF_AN_ACCOUNT: Mapping[str, Option] = {
    "API_KEY": Option(str, "", may_be_called=True),
    "ACCOUNT": Option(str, ""),
    "CONTEXT": Option(str, ""),
    "WEBHOOK_SECRETS": Option((list, tuple, str), (), may_be_called=True),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key of one account.

    ``alias`` is its name in ``ACCOUNTS``, empty for your own account. ``account`` is Stripe's id,
    empty while that of your own is unknown. ``context`` is for an organisation's key.
    """

    alias: str
    account: str
    context: str = ""
    api_key: str = field(default="", repr=False)

    @property
    def livemode(self) -> bool | None:
        """The mode of the key; ``None`` if the key does not say."""
        return mode_of(self.api_key)

    @property
    def is_own(self) -> bool:
        return not self.alias

    def connected(self, account: str) -> str:
        """The account that is reached through that of the key; empty if it is that one."""
        return "" if account == self.account else account

    def headers(self, account: str) -> dict[str, str]:
        """What has Stripe act in an account: that of the key, or one connected to it."""
        connected = self.connected(account)
        if self.context:
            return {"stripe_context": f"{self.context}/{connected}".rstrip("/")}
        return {"stripe_account": connected} if connected else {}


def own() -> Credentials:
    """Those of your own account."""
    account = settings.account or account_in(settings.context)
    return Credentials("", account, settings.context, settings.api_key)


def of(account: str) -> Credentials:
    """Those of a further account by its id; your own for any account that has none."""
    for alias, entry in settings.accounts.items():
        if account and id_of(entry) == account:
            return _credentials(alias, entry)
    return own()


def further() -> Iterator[Credentials]:
    """Those of each of ``ACCOUNTS``."""
    for alias, entry in settings.accounts.items():
        yield _credentials(alias, entry)


def of_key(api_key: str) -> Credentials:
    """Those with a key; any key that the settings do not have counts as one of your own account."""
    mine = own()
    if api_key != mine.api_key:
        for each in further():
            if each.api_key == api_key:
                return each
    return Credentials("", mine.account, mine.context, api_key)


def account_of_key(api_key: Any) -> str:
    """The account that only this key of ``ACCOUNTS`` is for; empty for any other key."""
    if not api_key or not settings.accounts or api_key == settings.api_key:
        return ""
    found = [each.account for each in further() if each.api_key == api_key]
    return found[0] if len(found) == 1 else ""


def aliases() -> dict[str, str]:
    """The names of the further accounts, by their ids."""
    return {id_of(entry): alias for alias, entry in settings.accounts.items()}


def webhook_secrets() -> Iterator[tuple[str, str]]:
    """Each signing secret, and the further account whose endpoints use it, empty for your own.

    Those of an entry that names no account are left out: its events would count as your own. A
    function that fails raises ``CredentialsError`` after the secrets of all other accounts.
    """
    failed: CredentialsError | None = None
    for account, read in _sources_of_secrets():
        try:
            secrets = read()
        except CredentialsError as error:
            failed = error
            continue
        for secret in secrets:
            yield secret, account
    if failed:
        raise failed


def _sources_of_secrets() -> Iterator[tuple[str, Callable[[], tuple[str, ...]]]]:
    yield "", lambda: settings.webhook_secrets
    for alias, entry in settings.accounts.items():
        if account := id_of(entry):
            yield account, partial(_secrets, alias, entry)


def _secrets(alias: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    return secrets_in(_value(alias, entry, "WEBHOOK_SECRETS") or ())


def id_of(entry: Mapping[str, Any]) -> str:
    """Stripe's id of the account that an entry of ``ACCOUNTS`` is for; empty if it names none."""
    return str(entry.get("ACCOUNT") or "") or account_in(entry.get("CONTEXT"))


def account_in(context: Any) -> str:
    """The account that a context of Stripe ends with; empty if it names none."""
    last = context.rpartition("/")[2] if isinstance(context, str) else ""
    return last if last.startswith("acct_") else ""


def _credentials(alias: str, entry: Mapping[str, Any]) -> Credentials:
    key = str(_value(alias, entry, "API_KEY") or "")
    return Credentials(alias, id_of(entry), str(entry.get("CONTEXT") or ""), key)


def setting_of(alias: str) -> str:
    """Where the settings have a further account."""
    return f'{SETTING}["ACCOUNTS"]["{alias}"]'


def _value(alias: str, entry: Mapping[str, Any], name: str) -> Any:
    return called(entry.get(name), f'{setting_of(alias)}["{name}"]')
