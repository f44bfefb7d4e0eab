"""What rows of work have in common: a lease, or a heartbeat."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from stripe_django import fields

DEAD = timedelta(minutes=1)  # without a heartbeat
RUNNING = "running"


class Leased(models.Model):
    """What a process holds for a while: work that others take over when its time is over.

    The time is the database's, and a new token comes with each lease: who has lost one writes no
    more, whatever it believes.
    """

    process = fields.InternalCodeField(
        max_length=255,
        default="",
        help_text="The process that has it, or had it last: machine and number.",
    )
    token = fields.InternalCodeField(
        max_length=32, default="", help_text="The present lease; empty without one."
    )
    leased_until = fields.InternalTimeField(
        null=True, help_text="When the lease ends, by the clock of the database."
    )

    class Meta:
        abstract = True


class WithHeartbeat(models.Model):
    """Work of a command, which shows by a heartbeat that it is still done.

    It has a ``status`` that is "running" meanwhile, also of a process that was killed.
    """

    status: models.Field[str, str]

    started_at = fields.InternalTimeField(default=timezone.now, help_text="When it began.")
    seen_at = fields.InternalTimeField(
        default=timezone.now, help_text="When it last sent a heartbeat."
    )
    finished_at = fields.InternalTimeField(
        null=True, help_text="When it ended; unset if it is running or was killed."
    )
    error = fields.InternalTextField(default="", help_text="What ended it, if something did.")

    class Meta:
        abstract = True

    @property
    def is_dead(self) -> bool:
        """Whether it should be running, and has sent no heartbeat for a minute."""
        return self.status == RUNNING and self.seen_at < timezone.now() - DEAD

    @property
    def took(self) -> timedelta:
        """From its beginning to its end, or to its last heartbeat."""
        return (self.finished_at or self.seen_at) - self.started_at
