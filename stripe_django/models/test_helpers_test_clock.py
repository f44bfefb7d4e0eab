from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TestHelpersTestClock(StripeModel):
    """A clock of test mode that can be moved forward to see what would happen."""

    __test__ = False  # pytest takes a class whose name begins with Test for a test

    stripe = Resource(
        "test_helpers.test_clock",
        list_path="/v1/test_helpers/test_clocks",
        list_has_created_filter=False,
    )

    class Status(models.TextChoices):
        ADVANCING = "advancing"
        INTERNAL_FAILURE = "internal_failure"
        READY = "ready"

    deletes_after = fields.TimestampField(
        help_text="When the clock is due to be deleted by itself."
    )
    frozen_time = fields.TimestampField(
        help_text="The time that it is for every object on the clock."
    )
    name = fields.StringField(help_text="The name that the clock was made with.")
    status = fields.EnumField(
        choices=Status, help_text="Whether the clock is at rest, moving forward or broken."
    )
    status_details = fields.HashField(
        help_text="The time that the clock is moving to, while it moves."
    )
    created = fields.TimestampField(db_index=True, help_text="When the clock was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
