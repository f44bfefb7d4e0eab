from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ReportingReportRun(StripeModel):
    """One run of a report, with its parameters and the file that came of it."""

    stripe = Resource("reporting.report_run", list_path="/v1/reporting/report_runs")

    error = fields.StringField(help_text="What went wrong, for people, if the run failed.")
    parameters = fields.HashField(
        help_text="What the report was asked for: interval, currency, columns and so on."
    )
    report_type = fields.Reference(
        "ReportingReportType",
        related_name="report_runs",
        help_text="The type of report that was run.",
    )
    result = fields.Reference(
        "FileUpload",
        related_name="reporting_report_runs",
        owned=False,
        help_text="The file with the finished report.",
    )
    status = fields.CodeField(help_text="How far the run has come: pending, succeeded or failed.")
    succeeded_at = fields.TimestampField(
        help_text="When the report was finished; unset until then."
    )
    created = fields.TimestampField(db_index=True, help_text="When the run was made.")
