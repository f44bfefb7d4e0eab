"""One table for each Stripe object."""

from .account import Account
from .application_fee import ApplicationFee, ApplicationFeeRefund
from .balance import Balance
from .balance_transaction import BalanceTransaction
from .bitcoin_receiver import BitCoinReceiver
from .card import Card
from .charge import Charge
from .coupon import Coupon
from .customer import Customer
from .discount import Discount
from .dispute import Dispute, DisputeBalanceTransaction
from .dispute_evidence import DisputeEvidence
from .event import Event
from .file_upload import FileUpload
from .home import Home
from .invoice import Invoice
from .invoice_item import InvoiceItem
from .plan import Plan
from .recipient import Recipient, RecipientCard
from .refund import Refund
from .subscription import Subscription
from .token import Token
from .transfer import Transfer
from .transfer_reversal import TransferReversal

__all__ = [
    "Account",
    "ApplicationFee",
    "ApplicationFeeRefund",
    "Balance",
    "BalanceTransaction",
    "BitCoinReceiver",
    "Card",
    "Charge",
    "Coupon",
    "Customer",
    "Discount",
    "Dispute",
    "DisputeBalanceTransaction",
    "DisputeEvidence",
    "Event",
    "FileUpload",
    "Home",
    "Invoice",
    "InvoiceItem",
    "Plan",
    "Recipient",
    "RecipientCard",
    "Refund",
    "Subscription",
    "Token",
    "Transfer",
    "TransferReversal",
]
