"""The models that have a summary."""

from __future__ import annotations

from typing import Any

from stripe_django import models

from .catalogue import PriceSummary, ProductSummary
from .charge import ChargeSummary
from .customer import CustomerSummary
from .dispute import DisputeSummary
from .invoice import InvoiceSummary
from .payment_intent import PaymentIntentSummary
from .payout import PayoutSummary
from .refund import RefundSummary
from .subscription import SubscriptionSummary
from .summary import Summary

SUMMARIES: dict[Any, type[Summary]] = {
    models.Charge: ChargeSummary,
    models.Customer: CustomerSummary,
    models.Dispute: DisputeSummary,
    models.Invoice: InvoiceSummary,
    models.PaymentIntent: PaymentIntentSummary,
    models.Payout: PayoutSummary,
    models.Price: PriceSummary,
    models.Product: ProductSummary,
    models.Refund: RefundSummary,
    models.Subscription: SubscriptionSummary,
}
