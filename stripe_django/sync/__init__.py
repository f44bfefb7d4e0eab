"""The sync layer: the public way to fill the mirror."""

from .applying import apply
from .erasure import erase
from .payouts import reconcile
from .reading import fetch, refresh
from .results import Result

__all__ = ["Result", "apply", "erase", "fetch", "reconcile", "refresh"]
