from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentLink(StripeModel):
    """A web address at which everyone may pay, as often as the merchant allows."""

    stripe = Resource(
        "payment_link",
        area=Area.CHECKOUT,
        dashboard_path="payment-links",
        list_path="/v1/payment_links",
        list_params={"expand": ["data.line_items"]},
        list_has_created_filter=False,
    )

    class BillingAddressCollection(models.TextChoices):
        AUTO = "auto"
        REQUIRED = "required"

    class CustomerCreation(models.TextChoices):
        ALWAYS = "always"
        IF_REQUIRED = "if_required"

    class PaymentMethodCollection(models.TextChoices):
        ALWAYS = "always"
        IF_REQUIRED = "if_required"

    class SubmitType(models.TextChoices):
        AUTO = "auto"
        BOOK = "book"
        DONATE = "donate"
        PAY = "pay"
        SUBSCRIBE = "subscribe"

    active = fields.FlagField(help_text="Whether one can pay there; visitors see a message if not.")
    after_completion = fields.HashField(
        help_text="What the customer sees after paying: Stripe's confirmation page or one of the"
        " merchant's."
    )
    allow_promotion_codes = fields.FlagField(
        help_text="Whether the customer may enter a promotion code."
    )
    application = fields.Reference(
        "Application",
        related_name="payment_links",
        help_text="The Connect application that made the link.",
    )
    application_fee_amount = fields.AmountField(
        help_text="What the platform earns from each one-off payment."
    )
    application_fee_percent = fields.PercentField(
        help_text="Share of each subscription invoice that goes to the platform, in per cent."
    )
    automatic_tax = fields.HashField(
        help_text="Whether Stripe works out the tax, and which account is liable for it."
    )
    billing_address_collection = fields.EnumField(
        choices=BillingAddressCollection,
        help_text="Whether the billing address is always asked for, or only where it is needed.",
    )
    consent_collection = fields.HashField(
        help_text="What the customer is asked to agree to, such as the merchant's terms."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this link.")
    custom_fields = fields.HashField(
        help_text="The merchant's own questions on the payment page, up to three of them."
    )
    custom_text = fields.HashField(
        help_text="The merchant's own words at certain places of the payment page."
    )
    customer_creation = fields.EnumField(
        choices=CustomerCreation,
        help_text="Whether every payment makes a customer, or only one that has to.",
    )
    inactive_message = fields.TextField(
        help_text="What visitors read once the link no longer works."
    )
    invoice_creation = fields.HashField(
        help_text="Whether a one-off payment gets an invoice too, and what it says."
    )
    managed_payments = fields.HashField(
        help_text="Whether Stripe sells on the merchant's behalf, with tax and disputes in its own"
        " hands."
    )
    name_collection = fields.HashField(
        help_text="Whether a person's name or a business's is asked for, and must be given."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_payment_links",
        help_text="The connected account that the payments are made on behalf of.",
    )
    optional_items = fields.HashField(
        help_text="What the customer may add to the order before paying."
    )
    payment_intent_data = fields.HashField(
        help_text="What is set on the payment intent of each payment."
    )
    payment_method_collection = fields.EnumField(
        choices=PaymentMethodCollection,
        help_text="Whether a payment method is asked for even where nothing is due yet.",
    )
    payment_method_options = fields.HashField(
        help_text="Settings of single payment methods, by method."
    )
    payment_method_types = fields.HashField(
        help_text="The payment method types that are offered; unset where Stripe chooses."
    )
    phone_number_collection = fields.HashField(
        help_text="Whether the customer is asked for a telephone number."
    )
    restrictions = fields.HashField(
        help_text="How often one can pay at the link, and how often it has happened."
    )
    shipping_address_collection = fields.HashField(
        help_text="The countries that a delivery address, if one is asked for, may be in."
    )
    shipping_options = fields.HashField(
        help_text="The kinds of delivery that the customer can choose from, with their prices."
    )
    submit_type = fields.EnumField(
        choices=SubmitType, help_text="What the button says: pay, book, donate or subscribe."
    )
    subscription_data = fields.HashField(
        help_text="What is set on the subscriptions that begin here, such as a free trial."
    )
    tax_id_collection = fields.HashField(
        help_text="Whether the customer is asked for a tax number, and must have one."
    )
    transfer_data = fields.HashField(
        help_text="The connected account that receives the money, and how much of it."
    )
    url = fields.URLField(help_text="The address to give to customers.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
