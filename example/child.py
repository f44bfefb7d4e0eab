"""Run a server of this package for as long as a block of code needs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def serving(module: str, **environment: str) -> Iterator[str]:
    """Start a module that prints its loopback port, yield its address, and stop it at the end.

    The server also has to stop by itself when its standard input closes, so that it outlives this
    process under no circumstances, not even a SIGKILL.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        # Ctrl-C would reach the server first and turn the last request into a connection error.
        start_new_session=True,
    ) as server:
        try:
            yield _address(module, server)
        finally:
            server.kill()


def _address(module: str, server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    if not port:
        raise RuntimeError(f"{module} did not start; its own message is above")
    return f"http://127.0.0.1:{port}"


def stop_with_parent() -> None:
    """Wait for the end of standard input, and end this process then."""
    sys.stdin.read()
    os._exit(0)
