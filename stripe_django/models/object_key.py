from __future__ import annotations

from django.db import models

from stripe_django import fields


class ObjectKey(models.Model):
    """What a row of this package's own tables is about: the row of one object."""

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    object_name = fields.InternalCodeField(
        max_length=255, help_text="The object as Stripe names it."
    )
    stripe_id = fields.IdColumn(help_text="The stripe_id of the row.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.object_name} {self.stripe_id}"
