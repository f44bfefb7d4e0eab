from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SQLITE = "stripe_django.standalone.sqlite3"  # makes files that only their owner can read
INSTALL = 'pip install "stripe-django[cli]"'
OPTIONS = {
    # The write-ahead log lets people read while a sync writes.
    "init_command": "PRAGMA journal_mode=WAL",
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,  # seconds to wait for others to write, in a burst of webhooks or beside a sync
}

# To open a file with this many tables takes longer than to store an event.
STAYS_OPEN = None  # the age of a connection
# Django's settings that a URL may have beside the driver's options, and their types.
SETTINGS = {"CONN_MAX_AGE": int, "CONN_HEALTH_CHECKS": bool, "DISABLE_SERVER_SIDE_CURSORS": bool}


def configuration(given: str) -> Mapping[str, Any]:
    """Django's description of a database, from the path of an SQLite file or a ``DATABASE_URL``.

    Raises ``ImproperlyConfigured``, whose message leaves the address out: it has a password.
    """
    return _from_url(given) if "://" in given else _from_path(Path(given).absolute())


def _from_path(path: Path) -> Mapping[str, Any]:
    if not path.parent.is_dir():
        raise ImproperlyConfigured(f"There is no folder {path.parent} for the database.")
    return {"NAME": path, "CONN_MAX_AGE": STAYS_OPEN, **_of_sqlite({})}


def _of_sqlite(options: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise ImproperlyConfigured(
            f"The DATABASE_URL has the option {min(unknown)}, which SQLite does not have."
            f" It may have: {', '.join(OPTIONS)}."
        )
    for name, default in OPTIONS.items():
        _require_type(name, options.get(name, default), type(default))
    return {"ENGINE": SQLITE, "OPTIONS": {**OPTIONS, **options}}


def _require_type(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise ImproperlyConfigured(f"The DATABASE_URL has an invalid value of {name}.")


def _from_url(url: str) -> Mapping[str, Any]:
    try:
        import dj_database_url
    except ImportError:
        raise ImproperlyConfigured(f"A DATABASE_URL needs one more package: {INSTALL}") from None
    try:
        parsed = dj_database_url.parse(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"The DATABASE_URL cannot be read. {error}") from None
    options = dict(parsed.get("OPTIONS", {}))
    settings = dict(_settings(options))
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return {**parsed, "CONN_MAX_AGE": STAYS_OPEN, **_of_sqlite(options), **settings}
    return {**parsed, "OPTIONS": options, **settings}


def _settings(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Take Django's own settings out of the options of a URL; the others are for the driver."""
    for name in [each for each in options if each.upper() in SETTINGS]:
        setting, value = name.upper(), options.pop(name)
        _require_type(name, value, SETTINGS[setting])
        yield setting, value
