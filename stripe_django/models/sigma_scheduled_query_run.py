from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SigmaScheduledQueryRun(StripeModel):
    """One run of a query that Sigma repeats on a schedule, with its result."""

    stripe = Resource(
        "scheduled_query_run",
        area=Area.REPORTING,
        list_path="/v1/sigma/scheduled_query_runs",
        list_has_created_filter=False,
    )

    data_load_time = fields.TimestampField(help_text="The moment whose data the query saw.")
    error = fields.HashField(help_text="What went wrong, if the run failed.")
    file = fields.Reference(
        "FileUpload",
        related_name="sigma_scheduled_query_runs",
        owned=False,
        help_text="The file with the result of the query.",
    )
    result_available_until = fields.TimestampField(
        help_text="Until when the result can be downloaded."
    )
    sql = fields.TextField(help_text="The query itself, in SQL.")
    status = fields.CodeField(
        help_text="How the run ended: completed, canceled, failed or timed_out."
    )
    title = fields.StringField(help_text="What its author called the query.")
    created = fields.TimestampField(db_index=True, help_text="When the run was made.")

    def __str__(self) -> str:
        return self.title or self.stripe_id
