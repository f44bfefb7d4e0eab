"""The sync layer: the public way to fill the mirror."""

from .apply import apply
from .erase import erase
from .fetch import fetch, refresh
from .reconcile_payout import reconcile
from .result import Result

__all__ = ["Result", "apply", "erase", "fetch", "reconcile", "refresh"]
