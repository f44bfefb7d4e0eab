"""Whether the database responds, found out within seconds.

A server that is stopped, or behind a firewall that drops packets, lets a connection wait for
minutes. So a thread connects first, and only if that succeeds is anything read. If it hangs, the
thread is left alone, and as long as it hangs no other one is begun.
"""

from __future__ import annotations

from threading import Lock, Thread

from django.db import connections

CONNECT_SECONDS = 3.0

_lock = Lock()
_hanging: dict[str, Thread] = {}  # by the alias


class SlowDatabaseError(Exception):
    """The database has not responded in time."""


def require(using: str) -> None:
    """Raise ``SlowDatabaseError``, or the error of the database, unless it responds.

    The alias's own connection in this thread is not used: it may be one that hangs.
    """
    if connections[using].vendor == "sqlite":
        return
    errors: list[Exception] = []
    with _lock:
        if using in _hanging and _hanging[using].is_alive():
            raise SlowDatabaseError
        thread = _hanging[using] = Thread(target=_connect, args=(using, errors), daemon=True)
        thread.start()
    thread.join(CONNECT_SECONDS)
    if thread.is_alive():
        raise SlowDatabaseError
    if errors:
        raise errors[0]


def _connect(using: str, errors: list[Exception]) -> None:
    connection = connections[using]  # this thread's own
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Exception as error:  # of any kind: the thread that waits raises it
        errors.append(error)
    finally:
        connection.close()
