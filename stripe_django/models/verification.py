"""The results of ``stripe_verify`` and ``stripe_reconcile``: what differs from Stripe."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from stripe_django import fields

from .querysets.verification import VerificationManager
from .work import WithHeartbeat


class Verification(WithHeartbeat):
    """One comparison of the rows of one object in one account with Stripe.

    ``differences`` has the number of each class of difference that was found, of those in
    ``Difference`` that were; ``examples`` names the first ones. Neither has a value of an object.
    """

    class Method(models.TextChoices):
        ALL = "all", _("all objects")
        SAMPLE = "sample", _("a sample")
        BALANCE = "balance", _("balance proof")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        INTERRUPTED = "interrupted", _("Interrupted")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNAVAILABLE = "unavailable", _("Unavailable")

    class Difference(models.TextChoices):
        MISSING = "missing", _("missing here")
        GONE = "gone", _("gone at Stripe")
        OLDER = "older", _("older than at Stripe")
        DIFFERENT = "different", _("different columns")
        WRONGLY_DELETED = "wrongly_deleted", _("wrongly deleted")
        WRONG_ACCOUNT = "wrong_account", _("wrong account")
        AMBIGUOUS = "ambiguous", _("ambiguous")
        MEMBERS = "members", _("different members")
        SUM = "sum", _("sums that do not agree")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    run = fields.InternalCodeField(
        max_length=32, help_text="The same for all objects that one command compared."
    )
    object_name = fields.InternalCodeField(
        max_length=255, help_text="The object as Stripe names it."
    )
    stripe_account = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The connected account that was compared; empty for your own account.",
    )
    method = fields.InternalCodeField(
        max_length=8, choices=Method, help_text="Whether all objects were compared, or a sample."
    )
    status = fields.InternalCodeField(
        max_length=12,
        choices=Status,
        default=Status.WAITING,
        help_text="Its status; a killed run stays running, without heartbeats.",
    )
    since = fields.InternalTimeField(
        null=True, help_text="The earliest creation that was compared; unset for all."
    )
    until = fields.InternalTimeField(
        null=True, help_text="The creation before which was compared; unset for all."
    )
    sample = fields.InternalCountField(
        null=True, help_text="How many objects a sample should have; unset for all."
    )
    rows = fields.InternalBigCountField(
        default=0, help_text="How many rows there were when it began."
    )
    verified = fields.InternalBigCountField(
        default=0, help_text="How many objects were compared so far."
    )
    confidence = fields.InternalDecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        help_text="With how many percent of confidence the sample says what it says.",
    )
    one_in = fields.InternalBigCountField(
        null=True,
        help_text="A sample without a difference says that fewer than one in this many rows"
        " differs, with that confidence.",
    )
    differences = fields.InternalHashField(
        default=dict, help_text="How many differences of each class were found."
    )
    examples = fields.InternalHashField(
        default=list, help_text="The first differences: object, id, class and columns."
    )
    repaired = fields.InternalBigCountField(
        default=0, help_text="How many of the differences were repaired."
    )
    repairs = fields.InternalFlagField(default=False, help_text="Whether it repairs what it finds.")
    progress = fields.InternalHashField(null=True, help_text="Where it resumes.")
    as_of = fields.InternalTimeField(null=True, help_text="Stripe's time of its first response.")

    objects = VerificationManager()

    class Meta:
        default_permissions = ("view",)
        indexes = [
            # The newest result of each object in each account, without a look at a row
            models.Index(
                fields=["object_name", "stripe_account", "status", "method", "id"],
                name="stripe_django_verified",
            ),
            models.Index(fields=["status", "finished_at"], name="stripe_django_verified_at"),
        ]

    def __str__(self) -> str:
        return f"{self.object_name} {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def count(self) -> int:
        """How many differences were found."""
        found: dict[str, Any] = self.differences
        return sum(found.values())

    @property
    def remaining(self) -> int:
        """How many of them were not repaired."""
        return self.count - self.repaired
