from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base

OWNER_ONLY = 0o600


class DatabaseWrapper(base.DatabaseWrapper):
    """Makes the file before SQLite does, which would let everybody read it.

    SQLite gives its other files (``-wal``, ``-shm``, ``-journal``) the mode of this one.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.is_in_memory_db():
            return super().get_new_connection(conn_params)
        # Where no file can be made, or it may only be read, SQLite says so itself, or reads it.
        with suppress(OSError):
            os.close(os.open(conn_params["database"], os.O_RDWR | os.O_CREAT, OWNER_ONLY))
        return super().get_new_connection(conn_params)
