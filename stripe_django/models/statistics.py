"""The statistics of the overview page: tables of this package's own, beside the mirror.

Each row says what was found in one part of a table, and is replaced as a whole when that part is
counted again. Nothing is ever added to a figure, so none can drift.
"""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as _

from stripe_django import fields


class Statistics(models.Model):
    """The state of the statistics: one row."""

    SINGLETON = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLETON)
    claimed_until = fields.InternalTimeField(
        null=True, help_text="Until when one process has the lease to update them."
    )
    refreshed_at = fields.InternalTimeField(
        null=True, help_text="When all that was due was last counted."
    )
    last_event = fields.InternalBigCountField(
        default=0, help_text="The key of the last inbox event that was looked at."
    )
    recent_days_at = fields.InternalTimeField(
        null=True, help_text="When the newest days were last counted."
    )
    days_asked_at = fields.InternalTimeField(
        null=True, help_text="When counting all days again was last requested."
    )
    days_began_at = fields.InternalTimeField(
        null=True, help_text="When the last count of all days began."
    )
    days_to = fields.InternalDateField(
        null=True, help_text="How far that count has come; unset once it is through."
    )
    days_due = fields.InternalHashField(
        default=list, help_text="The days of events' objects that are not counted since."
    )

    last_run_at = fields.InternalTimeField(
        null=True, help_text="The end of the last run of the sync that was looked at."
    )
    months_asked_at = fields.InternalTimeField(
        null=True, help_text="When calculating all months again was last requested."
    )

    last_version_event = fields.InternalBigCountField(
        default=0, help_text="The key of the last event whose subscription was looked at."
    )
    versions_at = fields.InternalTimeField(
        null=True, help_text="When all subscriptions were last looked at."
    )
    versions_asked_at = fields.InternalTimeField(
        null=True, help_text="When computing all versions again was last requested."
    )
    versions_since = fields.InternalTimeField(
        null=True, help_text="Since when versions are those of stored events."
    )

    class Meta:
        verbose_name = "overview"
        verbose_name_plural = "overview"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return _("overview")


class ObjectStatistics(models.Model):
    """The statistics of one model: the sum of its ranges, and its events."""

    object_name = fields.InternalCodeField(
        max_length=255, unique=True, help_text="The object as Stripe names it."
    )
    rows = fields.InternalBigCountField(default=0, help_text="How many rows there are.")
    ambiguous = fields.InternalBigCountField(default=0, help_text="How many of them are ambiguous.")
    newest_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the newest content among the rows."
    )
    event_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the newest delivery about such an object."
    )
    read_at = fields.InternalTimeField(
        null=True,
        help_text="Stripe's time when the last run began that has read all of them in your own"
        " account.",
    )
    counted_at = fields.InternalTimeField(
        null=True, help_text="When the newest rows were last counted."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.object_name


class TableRange(models.Model):
    """The rows of one model whose keys lie between two round numbers."""

    object_name = fields.InternalCodeField(
        max_length=255, help_text="The object as Stripe names it."
    )
    first_id = fields.InternalBigCountField(help_text="The smallest key that may be in it.")
    rows = fields.InternalBigCountField(help_text="How many rows it has.")
    ambiguous = fields.InternalBigCountField(help_text="How many of them are ambiguous.")
    newest_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the newest content among them."
    )
    counted_at = fields.InternalTimeField(
        null=True, help_text="When it was counted; unset if it is to be counted again."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["object_name", "first_id"], name="stripe_django_range_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_name} from {self.first_id}"


class EventHour(models.Model):
    """The events that came within one hour, by what has become of them."""

    hour = fields.InternalTimeField(unique=True, help_text="When the hour began.")
    first_event = fields.InternalBigCountField(help_text="The smallest key of its inbox events.")
    last_event = fields.InternalBigCountField(help_text="The largest key of its inbox events.")
    received = fields.InternalCountField(default=0, help_text="Stored, and not yet tried.")
    applied = fields.InternalCountField(default=0, help_text="Applied.")
    ignored = fields.InternalCountField(default=0, help_text="Stored, with nothing to apply.")
    failed = fields.InternalCountField(default=0, help_text="Failed, and retried later.")
    dead = fields.InternalCountField(default=0, help_text="Dead-lettered.")
    counted_at = fields.InternalTimeField(
        null=True, help_text="When it was counted; unset if it is to be counted again."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"


class VolumeDay(models.Model):
    """What was taken and given back on one day in one currency."""

    day = fields.InternalDateField(help_text="The day in UTC.")
    currency = fields.InternalCodeField(
        max_length=255, help_text="The currency; empty where the objects name none."
    )
    charges = fields.InternalBigCountField(default=0, help_text="How many charges took money.")
    gross = fields.InternalBigCountField(
        default=0, help_text="What they took, in the smallest unit of the currency."
    )
    refunds = fields.InternalBigCountField(default=0, help_text="How many refunds were made.")
    refunded = fields.InternalBigCountField(
        default=0, help_text="What they gave back, in the smallest unit of the currency."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "currency"], name="stripe_django_volume_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency}"


class RevenueMonth(models.Model):
    """What recurred at the end of one month in one currency."""

    month = fields.InternalDateField(help_text="The month's first day in UTC.")
    currency = fields.InternalCodeField(
        max_length=255,
        help_text="The currency; empty for subscriptions without one, and if there were none.",
    )
    subscriptions = fields.InternalBigCountField(help_text="How many subscriptions were paid for.")
    mrr = fields.InternalDecimalField(
        max_digits=28,
        decimal_places=4,
        help_text="What they bring in each month, in the smallest unit of the currency.",
    )
    taken_at = fields.InternalTimeField(help_text="When it was calculated.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["month", "currency"], name="stripe_django_revenue_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency}"


class BusinessFigures(models.Model):
    """What one of the analyses for the overview last found, replaced as a whole."""

    name = fields.InternalCodeField(max_length=255, unique=True, help_text="Which analysis.")
    found = fields.InternalHashField(
        encoder=DjangoJSONEncoder,
        help_text="What it found; amounts in the smallest unit, decimals as text.",
    )
    taken_at = fields.InternalTimeField(help_text="When it began.")
    asked_at = fields.InternalTimeField(
        null=True, help_text="When doing it again was last requested."
    )
    seconds = fields.InternalCountField(default=0, help_text="How many seconds it took.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
