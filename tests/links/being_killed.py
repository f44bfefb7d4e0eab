"""``killing.sleep_in_request`` as a program of its own: for ``tests.child``."""

from .killing import sleep_in_request as main

__all__ = ["main"]
