"""Which accounts are connected to which platform."""

from __future__ import annotations

from collections import defaultdict


class Connections:
    """Connected accounts by platform, each as namespaces call it. Every account has itself."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        self._revoked: set[tuple[str, str]] = set()

    def add(self, platform: str, account: str) -> None:
        """A connection that was revoked stays so."""
        self._known[platform].add(account)

    def revoke(self, platform: str, account: str) -> None:
        self._revoked.add((platform, account))

    def restore(self, platform: str, account: str) -> None:
        self._revoked.discard((platform, account))
        self.add(platform, account)

    def has(self, platform: str, account: str) -> bool:
        """Whether the platform has access to the account."""
        return self.has_had(platform, account) and not self.is_revoked(platform, account)

    def has_had(self, platform: str, account: str) -> bool:
        return account == platform or account in self._known.get(platform, ())

    def is_revoked(self, platform: str, account: str) -> bool:
        return (platform, account) in self._revoked
