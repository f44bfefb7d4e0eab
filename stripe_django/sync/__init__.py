"""The sync layer: the public way to fill the mirror."""

from .apply import Result, aapply, apply
from .change_feed import ChangedRow, changes
from .erasure.customers import erase, lift_erasure
from .fetch import afetch, arefresh, fetch, refresh
from .reconcile_payout import reconcile_payout

__all__ = [
    "ChangedRow",
    "Result",
    "aapply",
    "afetch",
    "apply",
    "arefresh",
    "changes",
    "erase",
    "fetch",
    "lift_erasure",
    "reconcile_payout",
    "refresh",
]
