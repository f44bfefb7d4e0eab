from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from stripe_django import fields


class Home(models.Model):
    """Your own account, and the mode that this database mirrors: one row, of the first sync.

    Customers' ids, and those that merchants choose, are unique only within one account and one
    mode. Your own stay as they are, all others are qualified, so home must not change later.
    """

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON)
    account = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="Stripe's id of your own account; empty while no key was able to read it.",
    )
    livemode = fields.InternalFlagField(help_text="True if this database mirrors live mode.")
    since = fields.InternalTimeField(auto_now_add=True, help_text="When the first sync began.")

    erasure_keys = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="Which keys the erasures of customers are hashed with; empty without any.",
    )

    class Meta:
        default_permissions = ()
        permissions = [
            ("refresh_objects", "Can read objects from Stripe again"),
            ("export_objects", "Can export lists of objects"),
        ]

    def __str__(self) -> str:
        return _("live mode") if self.livemode else _("test mode")
