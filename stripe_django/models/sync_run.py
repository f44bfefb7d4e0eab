"""The runs of ``stripe_sync``, so that an interrupted one can be resumed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from stripe_django import fields

from .work import Leased, WithHeartbeat


class SyncRun(Leased, WithHeartbeat):
    """One run over one account. Its lease belongs to the process that begins and ends it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        INTERRUPTED = "interrupted", _("Interrupted")

    class Kind(models.TextChoices):
        FULL = "full", _("everything")
        SINCE = "since", _("what was created since a moment")
        CHANGES = "changes", _("incremental")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    stripe_account = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The connected account that was read; empty for your own account.",
    )
    kind = fields.InternalCodeField(
        max_length=8, choices=Kind, help_text="What the run is to list."
    )
    status = fields.InternalCodeField(
        max_length=12,
        choices=Status,
        default=Status.RUNNING,
        help_text="Its status; a killed run stays running, without heartbeats.",
    )
    objects_read = fields.InternalHashField(
        default=list, help_text="The objects that it lists, as Stripe names them."
    )
    is_named = fields.InternalFlagField(
        default=False, help_text="Whether the objects were named, so that a refusal is a failure."
    )
    is_planned = fields.InternalFlagField(
        default=False, help_text="Whether its ranges are stored, so that workers may take them."
    )
    wanted = fields.InternalCountField(
        default=0, help_text="For how many more ranges an idle process has room."
    )
    since = fields.InternalTimeField(
        null=True, help_text="The earliest creation that it requests; unset for all."
    )
    as_of = fields.InternalTimeField(
        null=True,
        help_text="Stripe's time of its first response: older rows were not listed.",
    )

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["stripe_account", "status", "id"], name="stripe_django_sync_ended")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M:%S}"


class SyncRange(Leased):
    """A partition of a run: all objects of one model, or those created in a time range.

    The process that has its lease reads it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        UNAVAILABLE = "unavailable", _("Unavailable")
        FAILED = "failed", _("Failed")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    run = models.ForeignKey(
        SyncRun, models.CASCADE, related_name="ranges", help_text="The run that it is a part of."
    )
    object_name = fields.InternalCodeField(
        max_length=255, help_text="The object as Stripe names it."
    )
    kind = fields.InternalCodeField(max_length=8, help_text="Which way it is listed.")
    parent = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The object that is read first, because each of its rows has such a list.",
    )
    is_whole = fields.InternalFlagField(
        default=False, help_text="Whether it is listed from the beginning, in an incremental run."
    )
    start = fields.InternalBigCountField(
        null=True, help_text="The first second of creation (Unix seconds); unset for no bound."
    )
    end = fields.InternalBigCountField(
        null=True, help_text="The second behind the last one (Unix seconds); unset for no bound."
    )
    cursor = fields.InternalHashField(null=True, help_text="Where it resumes.")
    status = fields.InternalCodeField(
        max_length=12, choices=Status, default=Status.WAITING, help_text="Its status."
    )
    pages = fields.InternalCountField(default=0, help_text="How many pages were written.")
    read = fields.InternalCountField(default=0, help_text="How many objects these had.")
    created = fields.InternalCountField(
        default=0, help_text="How many rows they created, nested objects' included."
    )
    updated = fields.InternalCountField(default=0, help_text="How many rows they changed.")
    unchanged = fields.InternalCountField(
        default=0, help_text="How many rows had the same content."
    )
    stale = fields.InternalCountField(
        default=0, help_text="How many snapshots were older than the row."
    )
    conflicting = fields.InternalCountField(
        default=0, help_text="How many snapshots left a row ambiguous."
    )
    failed = fields.InternalCountField(
        default=0, help_text="How many objects could not be written."
    )
    erased = fields.InternalCountField(
        default=0, help_text="How many customers were left out because they are erased."
    )
    error = fields.InternalTextField(default="", help_text="What ended it, if something did.")

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.object_name} {self.kind}"
