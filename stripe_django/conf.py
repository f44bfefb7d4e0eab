"""The settings: one dictionary, ``STRIPE_DJANGO``, read at each access."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings

SETTING = "STRIPE_DJANGO"


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the dictionary: its type, its default and what else may give its value."""

    type: type | tuple[type, ...]
    default: Any
    environment: str | None = None

    def accepts(self, value: Any) -> bool:
        return isinstance(value, self.type) and not isinstance(value, bool)


OPTIONS: Mapping[str, Option] = {
    "API_KEY": Option(str, "", "STRIPE_SECRET_KEY"),
    "API_BASE": Option(str, "https://api.stripe.com", "STRIPE_API_BASE"),
    "API_VERSION": Option(str, "2026-10-28.endive"),
    "MAX_NETWORK_RETRIES": Option(int, 3),
    "OBJECTS": Option((list, tuple), ()),
    "TASKS": Option(str, ""),
    "TIMEOUT": Option((int, float), 80),
    "WEBHOOK_SECRETS": Option((list, tuple), (), "STRIPE_WEBHOOK_SECRET"),
    "WEBHOOK_TOLERANCE": Option(int, 300),
}


class Settings:
    """The values in force: the project's, else the environment's, else the defaults."""

    @property
    def given(self) -> dict[str, Any]:
        given = getattr(django_settings, SETTING, {})
        return given if isinstance(given, dict) else {}

    def get(self, name: str) -> Any:
        option = OPTIONS[name]
        if name in self.given:
            return self.given[name]
        if option.environment is None:
            return option.default
        return os.environ.get(option.environment) or option.default

    @property
    def api_key(self) -> str:
        """Stripe's secret or restricted key; empty if there is none."""
        return str(self.get("API_KEY"))

    @property
    def api_base(self) -> str:
        """Where Stripe's API answers, without a slash at the end."""
        return str(self.get("API_BASE")).rstrip("/")

    @property
    def api_version(self) -> str:
        """The version of Stripe's API that every request asks for."""
        return str(self.get("API_VERSION"))

    @property
    def max_network_retries(self) -> int:
        """How often the SDK repeats a request that failed on the way."""
        return int(self.get("MAX_NETWORK_RETRIES"))

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects to keep, as Stripe names them; ``issuing.*`` is all of that kind.

        None means all. The rest is neither fetched nor written, but for the events about it.
        """
        return tuple(map(str, self.get("OBJECTS")))

    @property
    def timeout(self) -> float:
        """Seconds to wait for one answer."""
        return float(self.get("TIMEOUT"))

    @property
    def tasks(self) -> str:
        """The backend, of those in ``TASKS``, that applies events and runs handlers.

        Without one, the request that brings an event does so.
        """
        return str(self.get("TASKS"))

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The signing secrets of the webhook endpoints; two while one takes another's place."""
        given = self.get("WEBHOOK_SECRETS")
        # The environment has one, or several with commas between them.
        found = given.split(",") if isinstance(given, str) else given
        return tuple(str(secret).strip() for secret in found if str(secret).strip())

    @property
    def webhook_tolerance(self) -> int:
        """Seconds after which a signature is too old."""
        return int(self.get("WEBHOOK_TOLERANCE"))

    @property
    def key_livemode(self) -> bool | None:
        """The mode of the key: true for live, false for test, ``None`` without a key."""
        if not self.api_key:
            return None
        return "_live_" in self.api_key[:9]


settings = Settings()
