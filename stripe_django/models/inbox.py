"""Webhook events and the work on them: tables of this package's own, beside the mirror."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stripe_django import fields

from .object_key import ObjectKey


class QueuedWork(models.Model):
    """Work that a process claims before it begins.

    ``claimed_at`` is set while a process works on it, and stays set if that process dies.
    """

    attempts = fields.InternalCountField(
        default=0, help_text="How many attempts were begun, one that ended its process included."
    )
    next_attempt_at = fields.InternalTimeField(
        null=True,
        db_index=True,
        help_text="When it is tried again; unset once nothing is left to do.",
    )
    claimed_at = fields.InternalTimeField(
        null=True,
        help_text="When a process began to work on it; unset as soon as that attempt ended.",
    )

    class Meta:
        abstract = True


class InboxEvent(QueuedWork):
    """One event that Stripe delivered, and its status here."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        APPLIED = "applied", _("Applied")
        IGNORED = "ignored", _("Ignored")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Dead")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    event_id = fields.IdColumn(unique=True, help_text="Stripe's id of the event.")
    type = fields.InternalCodeField(
        max_length=255, help_text="What happened, such as invoice.paid."
    )
    object_name = fields.InternalCodeField(
        max_length=255, default="", help_text="The object that it is about, as Stripe names it."
    )
    object_id = fields.IdColumn(default="", help_text="The stripe_id of that object's row.")
    status = fields.InternalCodeField(
        max_length=8,
        choices=Status,
        default=Status.RECEIVED,
        help_text="Its status; a dead-lettered one is retried only manually.",
    )
    reason = fields.InternalTextField(
        default="", help_text="Why it was ignored, or how the last attempt failed."
    )
    received_at = fields.InternalTimeField(
        auto_now_add=True, help_text="When this database stored it."
    )
    platform = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The account with a key of its own whose webhook or list brought it; empty for"
        " your own.",
    )
    sent_at = fields.InternalTimeField(
        help_text="Stripe's time of the delivery, by its signature, or of the list it was read in."
    )
    finished_at = fields.InternalTimeField(
        null=True, help_text="When it was applied, ignored or dead-lettered."
    )
    body = fields.InternalTextField(
        default="",
        help_text="The event as JSON without secrets, until it is stored among the events.",
    )

    class Meta:
        verbose_name = "inbox event"
        default_permissions = ("view",)
        permissions = [("replay_inboxevent", "Can apply inbox events again")]
        # To find the few that failed among many that did not.
        indexes = [models.Index(fields=["status", "id"], name="stripe_inbox_status")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class HandlerRun(QueuedWork):
    """One handler's work on one event."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Dead")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    event_id = fields.IdColumn(help_text="Stripe's id of the event.")
    handler = fields.InternalCodeField(
        max_length=255, help_text="Where the handler is defined: module and name."
    )
    status = fields.InternalCodeField(
        max_length=8,
        choices=Status,
        default=Status.WAITING,
        help_text="Its status; a dead-lettered one is retried only manually.",
    )
    error = fields.InternalTextField(default="", help_text="How the last attempt failed.")
    finished_at = fields.InternalTimeField(
        null=True, help_text="When it was done or dead-lettered."
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [("retry_handlerrun", "Can run handlers again")]
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "handler"], name="stripe_django_handler_once_per_event"
            )
        ]
        indexes = [models.Index(fields=["status", "id"], name="stripe_handler_status")]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class PendingRead(ObjectKey, QueuedWork):
    """An object that has to be read from Stripe before its row can be trusted."""

    class Reason(models.TextChoices):
        CONFLICT = "conflict", _("different snapshots of the same time")
        TIMELESS = "timeless", _("a snapshot of unknown time that differs")
        CONFIRM = "confirm", _("a read that showed what no snapshot did")
        LIST = "list", _("a list of which only the beginning came")
        AHEAD = "ahead", _("an event dated after its delivery")
        WRITE = "write", _("a request that may have changed it, without a response that was stored")

    reason = fields.InternalCodeField(
        max_length=8, choices=Reason, help_text="Why the row cannot be trusted."
    )
    not_before = fields.InternalTimeField(
        help_text="Stripe's time before which a read would resolve nothing."
    )
    account = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The account to read it from while it has no row; empty for your own.",
    )
    error = fields.InternalTextField(default="", help_text="How the last attempt failed.")
    digests = fields.InternalTextField(
        default="", help_text="Hashes of the snapshots to compare with the read, if there are any."
    )

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["object_name", "stripe_id"], name="stripe_django_one_read_per_object"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_name} {self.stripe_id}"


class OpenWrite(ObjectKey):
    """An object that a request has written at Stripe, and a transaction here not yet.

    It is stored by a connection of its own, and removed when the transaction is committed. One
    that is left becomes a ``PendingRead``: the transaction was rolled back, or its process died.
    """

    account = fields.InternalCodeField(
        max_length=255, default="", help_text="The account of the request; empty for your own."
    )
    not_before = fields.InternalTimeField(
        help_text="Stripe's time before which a read would resolve nothing."
    )
    due_at = fields.InternalTimeField(
        db_index=True, help_text="When the transaction counts as rolled back."
    )

    class Meta:
        default_permissions = ()


class RefutedSnapshot(ObjectKey):
    """A snapshot of unknown time that a read has shown to be no longer true."""

    digest = fields.InternalCodeField(max_length=64, help_text="Hash of the snapshot.")
    row_digest = fields.InternalCodeField(max_length=64, help_text="Hash of what the read showed.")
    refuted_at = fields.InternalTimeField(db_index=True, help_text="When it was read.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["object_name", "stripe_id", "digest"],
                name="stripe_django_refuted_snapshot",
            )
        ]


class RetrySchedule(models.Model):
    """When commands or tasks last retried what is due: one row.

    Requests do that work only in a project that has neither.
    """

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON)
    ran_at = fields.InternalTimeField(
        null=True, help_text="When a command or a task last retried what was due."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return gettext("retry schedule")
