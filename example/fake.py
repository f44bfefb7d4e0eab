"""Run localstripe, a fake Stripe that speaks HTTP, for as long as a block of code needs it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVER = "example.fake_server"
CLOCK_HEADER = "X-Demo-Clock"
"""Unix seconds; the fake creates what a request asks for as if it were that moment."""


@contextmanager
def running() -> Iterator[str]:
    """Start an empty fake on a free loopback port, yield its address, and stop it at the end.

    The server also stops by itself when its standard input closes, so it outlives this process
    under no circumstances, not even a SIGKILL.
    """
    command = [sys.executable, "-m", SERVER]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        # Ctrl-C would reach the server first and turn the last request into a connection error.
        start_new_session=True,
    ) as server:
        try:
            yield _address(server)
        finally:
            server.kill()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    if not port:
        raise RuntimeError("localstripe did not start; its own message is above")
    return f"http://127.0.0.1:{port}"
