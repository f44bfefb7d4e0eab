"""The sync layer: the public way to fill the mirror."""

from .public import Result, apply, erase, fetch, refresh

__all__ = ["Result", "apply", "erase", "fetch", "refresh"]
