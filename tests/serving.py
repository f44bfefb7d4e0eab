"""``stripe_django serve`` in a process of its own, as people run it."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

COMMAND = [sys.executable, "-W", "error", "-m", "stripe_django"]


def bare(environment):
    return {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **environment}


@contextmanager
def serving(folder, *arguments, **environment):
    """Yield the address, the login and the process; interrupt it at the end.

    What it prints first is the attribute ``said`` of the process.
    """
    command = [*COMMAND, "serve", "--port", "0", *arguments]
    options = {"cwd": folder, "env": bare(environment), "text": True, "start_new_session": True}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, **options) as server:
        try:
            said = ""
            while "\nPassword" not in said and (line := server.stdout.readline()):
                said += line
            server.said = said
            [address] = re.findall(r"http://127\.0\.0\.1:\d+", said)
            [user], [password] = (
                re.findall(rf"^{label} +(\S+)$", said, re.M) for label in ("User name", "Password")
            )
            yield address, (user, password), server
        finally:
            server.terminate()  # SIGINT is ignored where a shell has run this in the background
            server.communicate(timeout=20)
