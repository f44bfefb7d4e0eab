"""The sync layer: the public way to fill the mirror."""

from .apply import Result, apply
from .erase import erase
from .fetch import fetch, refresh
from .reconcile_payout import reconcile_payout

__all__ = ["Result", "apply", "erase", "fetch", "reconcile_payout", "refresh"]
