"""A file with the cursor of an export, so that the next one continues there."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _


class StateFile:
    """Without a path, nothing is stored."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None

    def read(self) -> str:
        """The cursor; empty if there is no file yet."""
        try:
            return self._path.read_text(encoding="ascii").strip() if self._path else ""
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as error:
            raise CommandError(
                _("%(path)s cannot be read: %(error)s") % {"path": self._path, "error": error}
            ) from error

    def write(self, cursor: str) -> None:
        """Replace the file as a whole, so that a process that dies leaves the old or the new."""
        if self._path is None:
            return
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            new.write_text(f"{cursor}\n", encoding="ascii")
            new.replace(self._path)
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be written: %(error)s") % {"path": self._path, "error": error}
            ) from error
