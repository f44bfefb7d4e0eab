"""The ``stripe_django`` command itself, as the demo runs it: in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError

from stripe_django.standalone.demo.screen import console


@dataclass(frozen=True, slots=True)
class Project:
    """A database, and the environment of the commands that fill it."""

    database: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> None:
        """Run a command that prints to the terminal. Raises ``CommandError`` if it fails."""
        self._run(arguments, None)

    def run_json(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self._run([*arguments, "--json"], subprocess.PIPE))

    def _run(self, arguments: Any, stdout: int | None) -> str:
        console.print(f"$ stripe_django {' '.join(arguments)}", style="bold")
        command = [sys.executable, "-m", "stripe_django", *arguments]
        with subprocess.Popen(command, env=self._env(), stdout=stdout, text=True) as process:
            try:
                printed, _ = process.communicate()
            finally:  # Ctrl-C and SIGTERM end this process only when that one has ended
                process.terminate()
                process.wait()
        if process.returncode:
            message = f"stripe_django {arguments[0]} failed; its own message is above."
            raise CommandError(message)
        return printed or ""

    @contextmanager
    def receiving(self) -> Iterator[str]:
        """Serve the webhook endpoint; yields its address, and stops at the end.

        The server also stops when its standard input closes, so that it outlives this process
        under no circumstances.
        """
        module = "stripe_django.standalone.demo.endpoint"
        with subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._env(),
            # Ctrl-C is for the demo, which stops the server after what still needs it.
            start_new_session=True,
        ) as server:
            try:
                yield _address(server)
            finally:
                server.kill()
                server.wait()

    def _env(self) -> dict[str, str]:
        # The commands bring settings of their own.
        inherited = {key: os.environ[key] for key in os.environ if key != "DJANGO_SETTINGS_MODULE"}
        return {**inherited, **self.environment, "DATABASE_URL": self.database}


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    if not address:
        raise CommandError("The server did not start; its own message is above.")
    return address
