"""With what requests are sent: a key, and the account that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .conf import mode_of, secrets_in, settings
from .exceptions import CredentialsError

OF_AN_ACCOUNT: dict[str, Any] = {
    "API_KEY": str,
    "ACCOUNT": str,
    "CONTEXT": str,
    "WEBHOOK_SECRETS": (list, tuple, str),
}
MAY_BE_CALLED = frozenset({"API_KEY", "WEBHOOK_SECRETS"})


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

    def headers(self, account: str) -> dict[str, str]:
        """What has Stripe act in an account: that of the key, or one connected to it."""
        connected = "" if account == self.account else account
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
    for secret in settings.webhook_secrets:
        yield secret, ""
    failed: CredentialsError | None = None
    for alias, entry in settings.accounts.items():
        try:
            secrets = secrets_in(_value(alias, entry, "WEBHOOK_SECRETS") or ())
        except CredentialsError as error:
            failed = error
            continue
        for secret in secrets if id_of(entry) else ():
            yield secret, id_of(entry)
    if failed:
        raise failed


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


def _value(alias: str, entry: Mapping[str, Any], name: str) -> Any:
    value = entry.get(name)
    if not callable(value):
        return value
    try:
        return value()
    except Exception as error:  # of any kind: the function is the project's
        # Without its message, which may have the key.
        where = f"""STRIPE_DJANGO["ACCOUNTS"]["{alias}"]["{name}"]"""
        raise CredentialsError(f"The function {where} raised {type(error).__name__}.") from error
