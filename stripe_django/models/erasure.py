"""Customers whose personal data was erased, so that nothing brings it back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from stripe_django import fields


class Erasure(models.Model):
    """One customer who was erased, until the erasure is lifted.

    It names nobody: what identifies the customer is a keyed hash. It is committed before anything
    is removed, so that a process that was killed leaves what another one finishes.
    """

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    digest = fields.InternalCodeField(
        max_length=32, unique=True, help_text="Keyed hash of the customer's stripe_id."
    )
    key = fields.InternalCodeField(
        max_length=8, help_text="Which key it is hashed with: a short hash of that."
    )
    erased_at = fields.InternalTimeField(
        auto_now_add=True, help_text="When the customer was erased."
    )
    finished_at = fields.InternalTimeField(null=True, help_text="When nothing was left to remove.")
    counts = fields.InternalHashField(
        default=dict, help_text="How many rows were changed, and values removed, by table."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return _("erasure of %(date)s") % {"date": f"{self.erased_at:%Y-%m-%d}"}


class ErasedObject(models.Model):
    """An object that belongs to an erased customer: personal data is withheld from its rows.

    Its name and id stand here until what refers to it was looked for; then only the hash stays.
    """

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    erasure = models.ForeignKey(
        Erasure,
        on_delete=models.CASCADE,
        related_name="objects_reached",
        help_text="The erasure that reached it.",
    )
    digest = fields.InternalCodeField(
        max_length=32, unique=True, help_text="Keyed hash of its object and stripe_id."
    )
    object_name = fields.InternalCodeField(
        max_length=255, default="", help_text="The object as Stripe names it, while it is due."
    )
    stripe_id = fields.IdColumn(default="", help_text="The stripe_id of its row, while it is due.")
    due_at = fields.InternalTimeField(
        null=True,
        db_index=True,
        help_text="Since when what refers to it has to be looked for; unset afterwards.",
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest
