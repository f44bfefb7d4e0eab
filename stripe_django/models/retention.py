"""How far ``stripe_prune`` has come: a table of this package's own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from stripe_django import fields


class Retention(models.Model):
    """The state of pruning: one row, of the first process that pruned."""

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON)
    claimed_until = fields.InternalTimeField(
        null=True, help_text="Until when one process has the lease to prune."
    )
    token = fields.InternalCodeField(
        max_length=32, default="", help_text="The present lease; empty without one."
    )
    began_at = fields.InternalTimeField(
        null=True,
        help_text="When the pass began that is not through yet: ages are as of then.",
    )
    step = fields.InternalCodeField(
        max_length=32, default="", help_text="The table that this pass has come to."
    )
    position_at = fields.InternalTimeField(
        null=True, help_text="How far it has come there, in a table that is read by time."
    )
    position = fields.InternalBigCountField(
        default=0, help_text="The key of the last row there that was looked at."
    )
    finished_at = fields.InternalTimeField(
        null=True, help_text="When the last complete pass ended."
    )
    events_since = fields.InternalTimeField(
        null=True,
        help_text="Since when the stored events show each state of an object; unset while none"
        " were pruned.",
    )
    inbox_since = fields.InternalTimeField(
        null=True,
        help_text="Since when the inbox has all finished events; unset while none were pruned.",
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return _("retention")
