"""Other packages for the same purpose, each in an environment and a process of its own."""

import json
import os
import subprocess
import sys
import venv
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path


class NotInstalledError(Exception):
    """Why a peer cannot be had here."""


class Peer:
    """A package that a process drives: one order a line, one answer a line."""

    def __init__(self, package, process):
        self.name = package
        self._process = process
        self.versions = self._answer()

    def timed(self, batch):
        return self._carry_out("timed", batch)

    def counted(self, batch):
        """SQL statements and calls of Stripe's API for each delivery."""
        return self._carry_out("counted", batch)

    def synced(self, charges, answers):
        """Seconds for writing these charges, and calls of Stripe's API for each."""
        return self._send("synced", charges, answers)

    def _carry_out(self, order, batch):
        return self._send(order, batch.deliveries, batch.answers)

    def _send(self, *order):
        print(json.dumps(order), file=self._process.stdin)
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The process of {self.name} has ended.")
        return json.loads(line)


@contextmanager
def running(module, package, *requirements, database, secret):
    """The peer that ``module`` drives; it is installed first where that is needed.

    Raises ``NotInstalledError`` if it cannot be.
    """
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": f"{module}.settings",
        "TEST_DATABASE": database,
        "WEBHOOK_SECRET": secret,
    }
    command = [python_of(package, *requirements), "-m", module]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        try:
            yield Peer(package, process)
        finally:
            process.stdin.close()  # upon which it drops its database and ends


def python_of(package, *requirements):
    """The interpreter of the peer's environment, with this one's Django and database driver."""
    folder = Path(sys.prefix) / "peers" / package
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"Installing {package} into {folder}.")
        try:
            venv.create(folder, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotInstalledError(error) from error
    same = [f"Django=={version('Django')}", f"psycopg[binary]=={version('psycopg')}"]
    install = [python, "-m", "pip", "install", "-qq", *same, *requirements]
    done = subprocess.run(install, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise NotInstalledError(done.stderr.strip().rpartition("\n")[2])
    return python
