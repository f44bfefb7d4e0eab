from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IdentityVerificationSession(StripeModel):
    """The verification of a person's identity, with one or more attempts."""

    stripe = Resource(
        "identity.verification_session",
        dashboard_path="identity/verification-sessions",
        list_path="/v1/identity/verification_sessions",
    )

    class Status(models.TextChoices):
        CANCELED = "canceled"
        PROCESSING = "processing"
        REQUIRES_INPUT = "requires_input"
        VERIFIED = "verified"

    class Type(models.TextChoices):
        DOCUMENT = "document"
        ID_NUMBER = "id_number"
        VERIFICATION_FLOW = "verification_flow"

    client_reference_id = fields.CodeField(help_text="The merchant's own id of the person.")
    last_error = fields.HashField(
        help_text="Why the latest attempt failed, as a code and for people."
    )
    last_verification_report = fields.Reference(
        "IdentityVerificationReport",
        related_name="last_report_sessions",
        help_text="The outcome of the latest attempt.",
    )
    options = fields.HashField(help_text="What the checks have to look for.")
    provided_details = fields.HashField(
        help_text="E-mail address and phone number that the merchant gave beforehand."
    )
    redaction = fields.HashField(
        help_text="How far the erasure of the personal data has come; unset without one."
    )
    related_customer = fields.Reference(
        "Customer",
        related_name="identity_verification_sessions",
        help_text="The customer who is verified.",
    )
    related_customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="identity_verification_sessions",
        help_text="The customer who is verified, as an account of the second API version.",
    )
    related_person = fields.HashField(
        help_text="Ids of the person who is verified and of that person's account."
    )
    status = fields.EnumField(choices=Status, help_text="How far the verification has come.")
    type = fields.EnumField(
        choices=Type,
        help_text="What is checked: a document, an identity number, or a flow of several things.",
    )
    verification_flow = fields.CodeField(
        help_text="Id of the verification flow from the Dashboard, if one is used."
    )
    verified_outputs = fields.HashField(
        on_request=True, help_text="What was found to be true about the person, such as the name."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the verification was made.")
