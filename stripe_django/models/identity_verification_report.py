from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IdentityVerificationReport(StripeModel):
    """The outcome of one attempt to verify a person's identity."""

    stripe = Resource("identity.verification_report", list_path="/v1/identity/verification_reports")

    class Type(models.TextChoices):
        DOCUMENT = "document"
        ID_NUMBER = "id_number"
        VERIFICATION_FLOW = "verification_flow"

    client_reference_id = fields.CodeField(help_text="The merchant's own id of the person.")
    document = fields.HashField(
        help_text="What was read from the identity document, and whether it passed."
    )
    email = fields.HashField(help_text="The e-mail address, and whether it passed.")
    id_number = fields.HashField(
        help_text="The identity number with name and birthday, and whether they passed."
    )
    options = fields.HashField(help_text="What the checks had to look for.")
    phone = fields.HashField(help_text="The phone number, and whether it passed.")
    selfie = fields.HashField(
        help_text="The pictures of face and document, and whether they match."
    )
    type = fields.EnumField(
        choices=Type,
        help_text="What was checked: a document, an identity number, or a flow of several things.",
    )
    verification_flow = fields.CodeField(
        help_text="Id of the verification flow from the Dashboard, if one was used."
    )
    verification_session = fields.Reference(
        "IdentityVerificationSession",
        related_name="verification_reports",
        help_text="The verification that the attempt was part of.",
    )
    created = fields.TimestampField(db_index=True, help_text="When the report was made.")
