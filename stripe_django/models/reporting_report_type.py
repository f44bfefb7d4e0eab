from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ReportingReportType(StripeModel):
    """A kind of report that Stripe can run, such as a summary of the balance."""

    stripe = Resource(
        "reporting.report_type",
        list_path="/v1/reporting/report_types",
        list_has_created_filter=False,
        is_global=True,
    )

    data_available_end = fields.TimestampField(help_text="Latest moment that the report can cover.")
    data_available_start = fields.TimestampField(
        help_text="Earliest moment that the report can cover."
    )
    default_columns = fields.HashField(
        help_text="Columns of the report unless others are asked for; unset if they cannot be"
        " chosen."
    )
    name = fields.StringField(help_text="Name of the report, for readers.")
    updated = fields.TimestampField(help_text="When the type of report was last changed.")
    version = fields.IntegerField(
        help_text="Version of the report; another one may take other parameters or have other"
        " columns."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
