"""The change feed: tables of this package's own, filled only with the setting ``CHANGE_FEED``.

The transaction that writes a mirrored row also adds a ``NewChange``. Nothing orders these by the
time of their commits, so a cursor over them could pass one that is not committed yet. They are
numbered afterwards, by one process at a time, as ``Change``: once for each object.
"""

from __future__ import annotations

from django.db import models

from stripe_django import fields

from .object_key import ObjectKey


class ChangeFeed(models.Model):
    """The state of the feed: one row, of the first process that numbered changes."""

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON)
    token = fields.InternalCodeField(
        max_length=16, help_text="Part of each cursor, so that those of another feed are refused."
    )
    position = models.BigIntegerField(default=0, help_text="The position of the latest change.")
    pruned = models.BigIntegerField(
        default=0, help_text="The position up to which changes were pruned."
    )
    marked = models.BigIntegerField(
        null=True, help_text="The position up to which they are pruned next."
    )
    marked_at = fields.InternalTimeField(
        null=True, help_text="When that was the position of the latest change."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.token}:{self.position}"


class NewChange(ObjectKey):
    """A change of a mirrored row that has no position yet."""

    class Meta:
        default_permissions = ()


class Change(ObjectKey):
    """The latest change of an object."""

    position = models.BigIntegerField(
        db_index=True, help_text="Its place in the order in which changes are followed."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["object_name", "stripe_id"], name="stripe_django_one_change_per_object"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.object_name} {self.stripe_id}"
