"""The sync layer: the public way to fill the mirror."""

from .apply import Result, aapply, apply
from .erase import erase
from .fetch import afetch, arefresh, fetch, refresh
from .reconcile_payout import reconcile_payout

__all__ = [
    "Result",
    "aapply",
    "afetch",
    "apply",
    "arefresh",
    "erase",
    "fetch",
    "reconcile_payout",
    "refresh",
]
