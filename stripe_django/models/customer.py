from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .customer_access import CustomerAccess
from .querysets.customer import CustomerManager
from .resource import Resource


class Customer(CustomerAccess, StripeModel):
    """A customer of the merchant: the owner of cards, subscriptions and invoices."""

    stripe = Resource(
        "customer",
        area=Area.CUSTOMERS,
        dashboard_path="customers",
        id_prefixes=(),
        list_path="/v1/customers",
        list_params={"expand": ["data.sources", "data.tax_ids"]},
    )

    class TaxExempt(models.TextChoices):
        EXEMPT = "exempt"
        NONE = "none"
        REVERSE = "reverse"

    account_balance = fields.AmountField(
        source=("account_balance", "balance"),
        retired=True,
        help_text="What the next invoice adds (positive) or takes off (negative).",
    )
    currency = fields.CurrencyField(
        help_text="Currency that the customer's subscriptions and invoices are in."
    )
    default_source = fields.CodeField(
        source=("default_source", "default_source.id", "default_card", "active_card.id"),
        help_text="Id of the card or other source that is charged unless another is named.",
    )
    delinquent = fields.FlagField(help_text="Whether the latest invoice is overdue.")
    description = fields.StringField(help_text="The merchant's own note on the customer.")
    email = fields.IndexedEmailField(help_text="The customer's address.")
    sources = fields.HashField(
        source=("sources", "cards"),
        on_request=True,
        owned=True,
        help_text="Cards and other sources kept for the customer, as last seen; the cards have"
        " rows of their own.",
    )
    address = fields.HashField(help_text="Where the customer's bills go.")
    balance = fields.AmountField(
        source=("balance", "account_balance"),
        help_text="What the next invoice adds (positive) or takes off (negative).",
    )
    business_name = fields.StringField(help_text="Name of the customer's business.")
    cash_balance = fields.Reference(
        "CashBalance",
        related_name="customers",
        owned=True,
        on_request=True,
        help_text="Money that the customer sent and Stripe holds until it pays for something.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="customers",
        help_text="The customer, as an account of the second API version.",
    )
    discount = fields.Reference(
        "Discount",
        related_name="customers",
        owned=True,
        help_text="The discount on all that the customer is billed, if any.",
    )
    individual_name = fields.StringField(help_text="Name of the customer as a person.")
    invoice_credit_balance = fields.HashField(
        on_request=True,
        help_text="What the next invoices take off (positive) or add, by currency, in the smallest "
        "unit of each.",
    )
    invoice_prefix = fields.CodeField(
        help_text="What the numbers of the customer's invoices begin with."
    )
    invoice_settings = fields.HashField(
        help_text="What the customer's invoices have unless they say otherwise, such as the payment"
        " method."
    )
    default_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="default_customers",
        source="invoice_settings.default_payment_method",
        help_text="The payment method that invoices are paid with unless they name another.",
    )
    name = fields.StringField(help_text="Full name of the person or business.")
    next_invoice_sequence = fields.CountField(
        help_text="Running number that the customer's next invoice gets, after the prefix."
    )
    phone = fields.StringField(help_text="The customer's phone number.")
    preferred_locales = fields.HashField(
        help_text="Languages that the customer wants to be written to in, the best first."
    )
    shipping = fields.HashField(help_text="Name, phone number and address that goods are sent to.")
    tax = fields.HashField(
        on_request=True,
        help_text="Where the customer is for tax purposes, and whether tax can be calculated.",
    )
    tax_exempt = fields.EnumField(
        choices=TaxExempt,
        help_text="Whether the customer pays tax, is exempt, or owes it by reverse charge.",
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="customers",
        help_text="The simulated clock that the customer lives by, in test mode.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the customer was made.")

    objects = CustomerManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = [models.Index(fields=["email"], name="stripe_customer_email")]

    def __str__(self) -> str:
        names = (self.name, self.email, self.business_name, self.individual_name, self.description)
        return next(filter(None, names), self.stripe_id)
