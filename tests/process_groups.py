"""Processes with a group of their own, so that a test can kill them and all that they started."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

from django.db import connection


def child(module, step):
    """The command that runs a module of the tests on their database."""
    name = connection.settings_dict["NAME"]
    return [sys.executable, "-m", "tests.child", module, name, step]


@contextmanager
def running(command, **environment):
    """A process with these variables as well, which is killed at the end."""
    process = subprocess.Popen(command, env=os.environ | environment, start_new_session=True)
    try:
        yield process
    finally:
        kill(process.pid)
        process.wait()


def kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
