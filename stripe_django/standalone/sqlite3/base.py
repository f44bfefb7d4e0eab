from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

OWNER_ONLY = 0o600


class DatabaseWrapper(base.DatabaseWrapper):
    """Makes the file before SQLite does, which would let everybody read it.

    SQLite gives its other files (``-wal``, ``-shm``, ``-journal``) the mode of this one.

    It also closes the cursor of a BEGIN that failed, which Django leaves to the garbage collector:
    on Python 3.11, the collector of another thread may wait there for this connection, which waits
    for that thread's transaction.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.is_in_memory_db():
            return super().get_new_connection(conn_params)
        # A file that exists is not opened here: closing it would end all locks that SQLite has on
        # it in this process. Where none can be made, SQLite says so itself.
        with suppress(OSError):
            new = os.O_RDWR | os.O_CREAT | os.O_EXCL
            # O_EXCL follows no link, but SQLite does: it would make the file that a link names.
            os.close(os.open(os.path.realpath(conn_params["database"]), new, OWNER_ONLY))
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        mode = getattr(self, "transaction_mode", None)
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {mode or ''}")
