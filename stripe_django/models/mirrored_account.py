from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stripe_django import fields


class MirroredAccount(models.Model):
    """One of the accounts that this database mirrors, and how far that has come.

    Your own has a row as well, with an empty ``stripe_account``, as its objects have.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DORMANT = "dormant", _("Dormant")
        REFUSED = "refused", _("Refused")
        DEAUTHORIZED = "deauthorized", _("Deauthorized")
        PAUSED = "paused", _("Paused")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    stripe_account = fields.InternalCodeField(
        max_length=255, unique=True, help_text="Stripe's id; empty for your own account."
    )
    alias = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="Its name in the setting ACCOUNTS; empty for any other account.",
    )
    parent = fields.InternalCodeField(
        max_length=255,
        null=True,
        help_text="The account that it is connected to, and read with the key of; empty for your"
        " own, unset if it has a key of its own.",
    )
    state = fields.InternalCodeField(
        max_length=12,
        choices=State,
        default=State.ACTIVE,
        help_text="Dormant: it has no customers, products or payments yet, and the rest is listed"
        " once it has. Refused: Stripe does not let the key read it. Deauthorized: it has"
        " disconnected. Paused: it is left alone until it is resumed.",
    )
    state_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the event that set the state, if one did."
    )
    synced_at = fields.InternalTimeField(null=True, help_text="When the last complete sync ended.")
    read_until = fields.InternalTimeField(
        null=True, help_text="Stripe's time up to which every event is here."
    )
    missed_since = fields.InternalTimeField(
        null=True,
        help_text="Stripe's time since which events were no longer listed when they were read;"
        " unset once the objects were listed again.",
    )
    relisted_at = fields.InternalTimeField(
        null=True, help_text="When accounts and what events miss of them were last listed."
    )
    next_due_at = fields.InternalTimeField(
        null=True,
        db_index=True,
        help_text="When it is read again, after Stripe has refused it; unset for any time.",
    )
    error = fields.InternalTextField(default="", help_text="How the last attempt failed.")
    key_digest = fields.InternalCodeField(
        max_length=32,
        default="",
        help_text="Hash of the key that was last found to be this account's.",
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [("manage_mirroredaccount", "Can sync, pause and resume accounts")]

    def __str__(self) -> str:
        return self.alias or self.stripe_account or gettext("your own account")

    @classmethod
    def set_state(cls, accounts: QuerySet, state: str, **values: Any) -> int:
        """Set the state of accounts; returns how many they are.

        One that was dormant counts as never read then: only the signs of anything were.
        """
        accounts.filter(state=cls.State.DORMANT).exclude(state=state).update(synced_at=None)
        return accounts.update(state=state, **values)

    @property
    def is_own(self) -> bool:
        return not self.stripe_account
