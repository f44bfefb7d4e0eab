from __future__ import annotations

from collections.abc import Mapping
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


def configuration(given: str) -> Mapping[str, Any]:
    """Django's description of a database, from the path of an SQLite file or a ``DATABASE_URL``.

    Raises ``ImproperlyConfigured``, whose message leaves the address out: it has a password.
    """
    return _from_url(given) if "://" in given else _from_path(Path(given).absolute())


def _from_path(path: Path) -> Mapping[str, Any]:
    if not path.parent.is_dir():
        raise ImproperlyConfigured(f"There is no folder {path.parent} for the database.")
    return {"NAME": path, **_of_sqlite({})}


def _of_sqlite(options: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise ImproperlyConfigured(
            f"The DATABASE_URL has the option {min(unknown)}, which SQLite does not have."
            f" It may have: {', '.join(OPTIONS)}."
        )
    for name, default in OPTIONS.items():
        if not isinstance(options.get(name, default), type(default)):
            raise ImproperlyConfigured(f"The DATABASE_URL has an invalid value of {name}.")
    return {
        "ENGINE": SQLITE,
        # To open a file with this many tables takes longer than to store an event.
        "CONN_MAX_AGE": None,
        "OPTIONS": {**OPTIONS, **options},
    }


def _from_url(url: str) -> Mapping[str, Any]:
    try:
        import dj_database_url
    except ImportError:
        raise ImproperlyConfigured(f"A DATABASE_URL needs one more package: {INSTALL}") from None
    try:
        parsed = dj_database_url.parse(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"The DATABASE_URL cannot be read. {error}") from None
    is_sqlite = parsed["ENGINE"] == "django.db.backends.sqlite3"
    return {**parsed, **_of_sqlite(parsed.get("OPTIONS", {}))} if is_sqlite else dict(parsed)
