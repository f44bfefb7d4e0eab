from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class Customer(StripeModel):
    """Somebody who pays: the one that cards, subscriptions and invoices belong to."""

    OBJECT_NAME = "customer"
    ID_PREFIXES = ("cus_",)
    LIST_PATH = "/v1/customers"
    LIST_PARAMS = {"expand": ["data.sources"]}

    account_balance = fields.AmountField(
        source=("account_balance", "balance"),
        help_text="What the next invoice adds (positive) or takes off (negative), in the smallest"
        " unit of the currency.",
    )
    currency = fields.CurrencyField(
        help_text="Currency that the customer's subscriptions and invoices are in."
    )
    default_source = fields.CodeField(
        source=("default_source", "default_source.id"),
        help_text="Id of the card or other source that is charged unless another is named.",
    )
    delinquent = fields.FlagField(help_text="Whether the latest invoice is overdue.")
    description = fields.StringField(help_text="The merchant's own note on the customer.")
    email = fields.EmailField(help_text="The customer's address.")
    sources = fields.HashField(
        on_request=True,
        help_text="Cards and other sources kept for the customer, as last seen; the cards have"
        " rows of their own.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the customer was made (UTC).")

    def __str__(self) -> str:
        return self.email or self.stripe_id
