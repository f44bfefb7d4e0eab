from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class DisputeEvidence(StripeModel):
    """What a merchant puts forward against a dispute; it shares the dispute's id."""

    stripe = Resource("dispute_evidence", area=Area.PAYMENTS, id_from=("parent",))

    access_activity_log = fields.TextField(
        help_text="Log that shows the customer using the product, for instance by IP address."
    )
    billing_address = fields.TextField(help_text="The customer's billing address.")
    cancelling_policy = fields.Reference(
        "FileUpload",
        related_name="dispute_cancelling_policies",
        source="cancellation_policy",
        help_text="File with the rules for cancelling, as shown to the customer.",
    )
    cancellation_policy_disclosure = fields.TextField(
        help_text="How and when the customer saw the rules for cancelling before buying."
    )
    cancellation_rebuttal = fields.TextField(
        help_text="Why the customer's subscription had not been cancelled."
    )
    customer_communication = fields.Reference(
        "FileUpload",
        related_name="dispute_customer_communications",
        help_text="File with letters between merchant and customer that help the case.",
    )
    customer_email_address = fields.EmailField(help_text="The customer's e-mail address.")
    customer_name = fields.StringField(help_text="The customer's name.")
    customer_purchase_ip = fields.CodeField(help_text="IP address that the customer bought from.")
    customer_signature = fields.Reference(
        "FileUpload",
        related_name="dispute_customer_signatures",
        help_text="File with a document that the customer signed.",
    )
    duplicate_charge_documentation = fields.Reference(
        "FileUpload",
        related_name="dispute_duplicate_charge_documentations",
        help_text="File that shows how this charge differs from the one it is said to repeat.",
    )
    duplicate_charge_explanation = fields.TextField(
        help_text="How this charge differs from the one it is said to repeat."
    )
    duplicate_charge_id = fields.Reference(
        "Charge",
        related_name="dispute_duplicate_charges",
        help_text="The earlier charge that this one is said to repeat.",
    )
    product_description = fields.TextField(help_text="What was sold.")
    receipt = fields.Reference(
        "FileUpload",
        related_name="dispute_receipts",
        help_text="File with the receipt or other message about the sale.",
    )
    refund_policy = fields.Reference(
        "FileUpload",
        related_name="dispute_refund_policies",
        help_text="File with the rules for refunds, as shown to the customer.",
    )
    refund_policy_disclosure = fields.TextField(
        help_text="How and when the customer saw the rules for refunds before buying."
    )
    refund_refusal_explanation = fields.TextField(
        help_text="Why the customer has no right to a refund."
    )
    service_date = fields.TextField(
        help_text="When the service began or was delivered, as the merchant wrote it."
    )
    service_documentation = fields.Reference(
        "FileUpload",
        related_name="dispute_service_documentations",
        help_text="File that shows that the service was delivered.",
    )
    shipping_address = fields.TextField(help_text="Where the goods were sent.")
    shipping_carrier = fields.TextField(help_text="Who delivered the goods.")
    shipping_date = fields.TextField(
        help_text="When the goods were sent off, as the merchant wrote it."
    )
    shipping_documentation = fields.Reference(
        "FileUpload",
        related_name="dispute_shipping_documentations",
        help_text="File that shows that the goods went to the customer's address.",
    )
    shipping_tracking_number = fields.TextField(
        help_text="The carrier's number for following the parcel, or several of them."
    )
    uncategorized_file = fields.Reference(
        "FileUpload",
        related_name="dispute_uncategorized_files",
        help_text="Any other file that helps the case.",
    )
    uncategorized_text = fields.TextField(help_text="Anything else that helps the case.")

    class Meta(StripeModel.Meta):
        verbose_name_plural = "dispute evidence"
