from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .names import joined, money
from .resource import Resource


class CheckoutSession(StripeModel):
    """One customer's visit to a checkout page, to pay, to subscribe or to leave a card."""

    stripe = Resource(
        "checkout.session",
        list_path="/v1/checkout/sessions",
        list_params={"expand": ["data.line_items"]},
    )

    class BillingAddressCollection(models.TextChoices):
        AUTO = "auto"
        REQUIRED = "required"

    class CustomerCreation(models.TextChoices):
        ALWAYS = "always"
        IF_REQUIRED = "if_required"

    class Mode(models.TextChoices):
        PAYMENT = "payment"
        SETUP = "setup"
        SUBSCRIPTION = "subscription"

    class OriginContext(models.TextChoices):
        MOBILE_APP = "mobile_app"
        WEB = "web"

    class PaymentMethodCollection(models.TextChoices):
        ALWAYS = "always"
        IF_REQUIRED = "if_required"

    class PaymentStatus(models.TextChoices):
        NO_PAYMENT_REQUIRED = "no_payment_required"
        PAID = "paid"
        UNPAID = "unpaid"

    class RedirectOnCompletion(models.TextChoices):
        ALWAYS = "always"
        IF_REQUIRED = "if_required"
        NEVER = "never"

    class Status(models.TextChoices):
        COMPLETE = "complete"
        EXPIRED = "expired"
        OPEN = "open"

    class SubmitType(models.TextChoices):
        AUTO = "auto"
        BOOK = "book"
        DONATE = "donate"
        PAY = "pay"
        SUBSCRIBE = "subscribe"

    class UiMode(models.TextChoices):
        ELEMENTS = "elements"
        EMBEDDED_PAGE = "embedded_page"
        FORM = "form"
        HOSTED_PAGE = "hosted_page"

    adaptive_pricing = fields.HashField(
        help_text="Whether prices are shown in the customer's own currency."
    )
    after_expiration = fields.HashField(
        help_text="Whether a customer who let it expire is given a link to start again."
    )
    allow_promotion_codes = fields.FlagField(
        help_text="Whether customers can enter a promotion code."
    )
    allowed_payment_method_types = fields.HashField(
        help_text="Types of payment method that the session can take."
    )
    amount_subtotal = fields.AmountField(help_text="All items before discounts and taxes.")
    amount_total = fields.AmountField(help_text="What is to pay after discounts and taxes.")
    automatic_tax = fields.HashField(
        help_text="Whether Stripe works out the tax, who is liable, and how far it got."
    )
    billing_address_collection = fields.EnumField(
        choices=BillingAddressCollection,
        help_text="Whether the billing address is always asked for, or only when needed.",
    )
    branding_settings = fields.HashField(help_text="Colours, font, name and pictures of the page.")
    cancel_url = fields.URLField(help_text="Where the back button leads customers who do not pay.")
    client_reference_id = fields.CodeField(
        help_text="The merchant's own id for the session, such as that of a basket."
    )
    collected_information = fields.HashField(
        help_text="Names and shipping address that the customer entered."
    )
    consent = fields.HashField(help_text="What the customer agreed to: terms, promotional e-mails.")
    consent_collection = fields.HashField(help_text="What the customer is asked to agree to.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this session.")
    currency_conversion = fields.HashField(
        help_text="Amounts before conversion and the rate, in sessions made before 31 March 2025."
    )
    custom_fields = fields.HashField(
        help_text="The merchant's own questions on the page, with the customer's replies."
    )
    custom_text = fields.HashField(
        help_text="The merchant's own words near the button, the terms and the address."
    )
    customer = fields.Reference(
        "Customer", related_name="checkout_sessions", help_text="The customer who pays, once known."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="checkout_sessions",
        help_text="The customer, as an account of the second API version.",
    )
    customer_creation = fields.EnumField(
        choices=CustomerCreation,
        help_text="Whether a customer is made in any case, or only if one is needed.",
    )
    customer_details = fields.HashField(
        help_text="Name, e-mail, address, phone and tax ids of the customer at checkout."
    )
    customer_email = fields.EmailField(help_text="Address that the merchant filled in beforehand.")
    discounts = fields.HashField(help_text="Coupons and promotion codes that apply.")
    excluded_payment_method_types = fields.HashField(
        help_text="Types of payment method that must not be offered."
    )
    expires_at = fields.TimestampField(help_text="When an unfinished session ends.")
    integration_identifier = fields.CodeField(
        help_text="Label of the merchant's integration; several sessions can share one."
    )
    invoice = fields.Reference(
        "Invoice",
        related_name="checkout_sessions",
        help_text="The invoice that the session made, if any.",
    )
    invoice_creation = fields.HashField(
        help_text="Whether a one-off payment gets an invoice, and what is put on it."
    )
    locale = fields.CodeField(
        help_text="Language tag of the page; unset or auto for the browser's language."
    )
    managed_payments = fields.HashField(
        help_text="Whether Stripe manages the payment as the seller of record."
    )
    mode = fields.EnumField(
        choices=Mode,
        help_text="Whether it takes a payment, starts a subscription or only sets up a method.",
    )
    name_collection = fields.HashField(
        help_text="Whether the names of a business or a person are asked for."
    )
    optional_items = fields.HashField(help_text="Extra items that the customer may add.")
    origin_context = fields.EnumField(
        choices=OriginContext, help_text="Where the customer comes from: a mobile app or the web."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="checkout_sessions",
        help_text="The payment, where the session takes one.",
    )
    payment_link = fields.Reference(
        "PaymentLink",
        related_name="checkout_sessions",
        help_text="The payment link that opened the session, if any.",
    )
    payment_method_collection = fields.EnumField(
        choices=PaymentMethodCollection,
        help_text="Whether a payment method is always asked for, or only if something is due.",
    )
    payment_method_configuration_details = fields.HashField(
        help_text="The configuration that chose the payment methods on offer, if any."
    )
    payment_method_options = fields.HashField(
        help_text="Options of each payment method type, by type."
    )
    payment_method_types = fields.HashField(help_text="Types of payment method on offer.")
    payment_status = fields.EnumField(
        choices=PaymentStatus, help_text="Whether the money is there, so that the order can be met."
    )
    permissions = fields.HashField(
        help_text="Whether the page or only the merchant may change the shipping details."
    )
    phone_number_collection = fields.HashField(
        help_text="Whether the customer is asked for a phone number."
    )
    presentment_details = fields.HashField(
        help_text="The amount and currency that the customer saw, the amount in its smallest unit."
    )
    recovered_from = fields.Reference(
        "CheckoutSession",
        related_name="recoveries",
        help_text="The expired session that this one takes up again.",
    )
    redirect_on_completion = fields.EnumField(
        choices=RedirectOnCompletion,
        help_text="Whether customers leave an embedded page at the end.",
    )
    return_url = fields.URLField(
        help_text="Where customers come back to from an embedded page or their bank."
    )
    saved_payment_method_options = fields.HashField(
        help_text="Whether customers can save, see and remove payment methods."
    )
    setup_intent = fields.Reference(
        "SetupIntent",
        related_name="checkout_sessions",
        help_text="The intent that keeps a payment method for later, where it only sets one up.",
    )
    shipping_address_collection = fields.HashField(
        help_text="Countries that can be shipped to, where the address is asked for."
    )
    shipping_cost = fields.HashField(
        owned=False,
        help_text="What shipping costs, in the smallest unit of the currency, and the rate chosen.",
    )
    shipping_options = fields.HashField(
        help_text="Shipping rates that the customer can choose from."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the session is open, complete or expired."
    )
    submit_type = fields.EnumField(
        choices=SubmitType, help_text="Wording of the button, such as pay, book or donate."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="checkout_sessions",
        help_text="The subscription, where the session starts one.",
    )
    success_url = fields.URLField(help_text="Where customers are led once they are done.")
    tax_id_collection = fields.HashField(
        help_text="Whether the customer is asked for a tax id, and must give one."
    )
    total_details = fields.HashField(
        owned=False,
        help_text="Discounts, shipping and taxes in the total, in the smallest unit of the"
        " currency.",
    )
    ui_mode = fields.EnumField(
        choices=UiMode, help_text="Whether Stripe hosts the page or the merchant's site embeds it."
    )
    url = fields.URLField(help_text="Address of the page while the session is open.")
    wallet_options = fields.HashField(
        help_text="Choices for wallets, such as whether Link is shown."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the session was made.")

    def __str__(self) -> str:
        return joined(money(self, "amount_total"), self.customer_email) or self.stripe_id
