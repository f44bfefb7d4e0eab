"""Which process has a lease, and whether it is gone, as far as this machine knows."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path


def this_process() -> str:
    return f"{this_machine()} {os.getpid()}"


def this_machine() -> str:
    """The name of the machine, and a hash that distinguishes machines and containers of the same
    name: each numbers its processes by itself.
    """
    name = socket.gethostname()[:200]
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        numbering = boot + os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        return name
    return f"{name}/{hashlib.sha256(numbering.encode()).hexdigest()[:8]}"


def is_gone(process: str) -> bool:
    """Whether a process of this machine has ended; unknown, so false, for other machines."""
    machine, _, number = process.rpartition(" ")
    if machine != this_machine() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
