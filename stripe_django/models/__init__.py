"""One table for each Stripe object."""

from .account import Account
from .alert import Alert
from .apple_pay_domain import ApplePayDomain
from .application import Application
from .application_fee import ApplicationFee, ApplicationFeeRefund
from .apps_install import AppsInstall
from .apps_secret import AppsSecret
from .balance import Balance
from .balance_settings import BalanceSettings
from .balance_transaction import BalanceTransaction
from .bank_account import BankAccount
from .billing_alert import BillingAlert
from .billing_alert_triggered import BillingAlertTriggered
from .billing_credit_balance_transaction import BillingCreditBalanceTransaction
from .billing_credit_grant import BillingCreditGrant
from .billing_feedback_option import BillingFeedbackOption
from .billing_meter import BillingMeter
from .billing_meter_event import BillingMeterEvent
from .billing_meter_event_summary import BillingMeterEventSummary
from .billing_portal_configuration import BillingPortalConfiguration
from .billing_portal_session import BillingPortalSession
from .bitcoin_receiver import BitCoinReceiver
from .capability import Capability
from .card import Card
from .cash_balance import CashBalance
from .change_feed import Change, ChangeFeed, NewChange
from .charge import Charge
from .checkout_session import CheckoutSession
from .climate_order import ClimateOrder
from .climate_product import ClimateProduct
from .climate_supplier import ClimateSupplier
from .confirmation_token import ConfirmationToken
from .connect_collection_transfer import ConnectCollectionTransfer
from .country_spec import CountrySpec
from .coupon import Coupon
from .credit_note import CreditNote
from .credit_note_line_item import CreditNoteLineItem
from .customer import Customer
from .customer_balance_transaction import CustomerBalanceTransaction
from .customer_cash_balance_transaction import CustomerCashBalanceTransaction
from .customer_creation import CustomerCreation
from .discount import Discount
from .dispute import Dispute, DisputeBalanceTransaction
from .dispute_evidence import DisputeEvidence
from .entitlements_active_entitlement import EntitlementsActiveEntitlement
from .entitlements_active_entitlement_summary import EntitlementsActiveEntitlementSummary
from .entitlements_feature import EntitlementsFeature
from .erasure import ErasedObject, Erasure
from .event import Event
from .exchange_rate import ExchangeRate
from .file_link import FileLink
from .file_upload import FileUpload
from .financial_connections_account import FinancialConnectionsAccount
from .financial_connections_account_owner import FinancialConnectionsAccountOwner
from .financial_connections_account_ownership import FinancialConnectionsAccountOwnership
from .financial_connections_authorization import FinancialConnectionsAuthorization
from .financial_connections_session import FinancialConnectionsSession
from .financial_connections_transaction import FinancialConnectionsTransaction
from .forwarding_request import ForwardingRequest
from .home import Home
from .identity_verification_report import IdentityVerificationReport
from .identity_verification_session import IdentityVerificationSession
from .inbox import HandlerRun, InboxEvent, OpenWrite, PendingRead, RefutedSnapshot, RetrySchedule
from .invoice import Invoice
from .invoice_item import InvoiceItem
from .invoice_line_item import InvoiceLineItem
from .invoice_payment import InvoicePayment
from .invoice_rendering_template import InvoiceRenderingTemplate
from .issuing_authorization import IssuingAuthorization
from .issuing_card import IssuingCard
from .issuing_cardholder import IssuingCardholder
from .issuing_dispute import IssuingDispute
from .issuing_personalization_design import IssuingPersonalizationDesign
from .issuing_physical_bundle import IssuingPhysicalBundle
from .issuing_token import IssuingToken
from .issuing_transaction import IssuingTransaction
from .line_item import LineItem
from .mandate import Mandate
from .mirrored_account import MirroredAccount
from .payment_attempt_record import PaymentAttemptRecord
from .payment_intent import PaymentIntent
from .payment_intent_amount_details_line_item import PaymentIntentAmountDetailsLineItem
from .payment_link import PaymentLink
from .payment_method import PaymentMethod
from .payment_method_configuration import PaymentMethodConfiguration
from .payment_method_domain import PaymentMethodDomain
from .payment_record import PaymentRecord
from .payout import Payout
from .person import Person
from .plan import Plan
from .price import Price
from .product import Product
from .product_catalog_trial_offer import ProductCatalogTrialOffer
from .product_feature import ProductFeature
from .promotion_code import PromotionCode
from .quote import Quote
from .radar_early_fraud_warning import RadarEarlyFraudWarning
from .radar_payment_evaluation import RadarPaymentEvaluation
from .radar_value_list import RadarValueList
from .radar_value_list_item import RadarValueListItem
from .recipient import Recipient, RecipientCard
from .refund import Refund
from .reporting_report_run import ReportingReportRun
from .reporting_report_type import ReportingReportType
from .reserve_hold import ReserveHold
from .reserve_plan import ReservePlan
from .reserve_release import ReserveRelease
from .reserve_transaction import ReserveTransaction
from .retention import Retention
from .review import Review
from .setup_attempt import SetupAttempt
from .setup_intent import SetupIntent
from .shipping_rate import ShippingRate
from .sigma_scheduled_query_run import SigmaScheduledQueryRun
from .source import Source
from .source_mandate_notification import SourceMandateNotification
from .source_transaction import SourceTransaction
from .statistics import (
    BusinessFigures,
    EventHour,
    ObjectStatistics,
    RevenueMonth,
    Statistics,
    TableRange,
    VolumeDay,
)
from .subscription import Subscription
from .subscription_item import SubscriptionItem
from .subscription_schedule import SubscriptionSchedule
from .subscription_version import DiscountVersion, SubscriptionItemVersion, SubscriptionVersion
from .sync_run import SyncRange, SyncRun
from .tax_association import TaxAssociation
from .tax_calculation import TaxCalculation
from .tax_calculation_line_item import TaxCalculationLineItem
from .tax_code import TaxCode
from .tax_deducted_at_source import TaxDeductedAtSource
from .tax_id import TaxId
from .tax_location import TaxLocation
from .tax_rate import TaxRate
from .tax_registration import TaxRegistration
from .tax_settings import TaxSettings
from .tax_transaction import TaxTransaction
from .tax_transaction_line_item import TaxTransactionLineItem
from .terminal_configuration import TerminalConfiguration
from .terminal_location import TerminalLocation
from .terminal_reader import TerminalReader
from .test_helpers_test_clock import TestHelpersTestClock
from .three_d_secure_authentication import ThreeDSecureAuthentication
from .token import Token
from .topup import Topup
from .transfer import Transfer
from .transfer_reversal import TransferReversal
from .treasury_credit_reversal import TreasuryCreditReversal
from .treasury_debit_reversal import TreasuryDebitReversal
from .treasury_financial_account import TreasuryFinancialAccount
from .treasury_financial_account_features import TreasuryFinancialAccountFeatures
from .treasury_inbound_transfer import TreasuryInboundTransfer
from .treasury_outbound_payment import TreasuryOutboundPayment
from .treasury_outbound_transfer import TreasuryOutboundTransfer
from .treasury_received_credit import TreasuryReceivedCredit
from .treasury_received_debit import TreasuryReceivedDebit
from .treasury_transaction import TreasuryTransaction
from .treasury_transaction_entry import TreasuryTransactionEntry
from .v2_billing_meter_event import V2BillingMeterEvent
from .v2_billing_meter_event_adjustment import V2BillingMeterEventAdjustment
from .v2_commerce_product_catalog_import import V2CommerceProductCatalogImport
from .v2_core_account import V2CoreAccount
from .v2_core_account_person import V2CoreAccountPerson
from .v2_core_event import V2CoreEvent
from .v2_core_event_destination import V2CoreEventDestination
from .v2_core_vault_gb_bank_account import V2CoreVaultGbBankAccount
from .v2_core_vault_us_bank_account import V2CoreVaultUsBankAccount
from .v2_money_management_adjustment import V2MoneyManagementAdjustment
from .v2_money_management_financial_account import V2MoneyManagementFinancialAccount
from .v2_money_management_financial_address import V2MoneyManagementFinancialAddress
from .v2_money_management_inbound_transfer import V2MoneyManagementInboundTransfer
from .v2_money_management_outbound_payment import V2MoneyManagementOutboundPayment
from .v2_money_management_outbound_setup_intent import V2MoneyManagementOutboundSetupIntent
from .v2_money_management_payout_intent import V2MoneyManagementPayoutIntent
from .v2_money_management_payout_method import V2MoneyManagementPayoutMethod
from .v2_money_management_received_credit import V2MoneyManagementReceivedCredit
from .v2_money_management_recipient_verification import V2MoneyManagementRecipientVerification
from .v2_money_management_transaction import V2MoneyManagementTransaction
from .v2_money_management_transaction_entry import V2MoneyManagementTransactionEntry
from .verification import Verification
from .webhook_endpoint import WebhookEndpoint

__all__ = [
    "Account",
    "Alert",
    "ApplePayDomain",
    "Application",
    "ApplicationFee",
    "ApplicationFeeRefund",
    "AppsInstall",
    "AppsSecret",
    "Balance",
    "BalanceSettings",
    "BalanceTransaction",
    "BankAccount",
    "BillingAlert",
    "BillingAlertTriggered",
    "BillingCreditBalanceTransaction",
    "BillingCreditGrant",
    "BillingFeedbackOption",
    "BillingMeter",
    "BillingMeterEvent",
    "BillingMeterEventSummary",
    "BillingPortalConfiguration",
    "BillingPortalSession",
    "BitCoinReceiver",
    "BusinessFigures",
    "Capability",
    "Card",
    "CashBalance",
    "Change",
    "ChangeFeed",
    "Charge",
    "CheckoutSession",
    "ClimateOrder",
    "ClimateProduct",
    "ClimateSupplier",
    "ConfirmationToken",
    "ConnectCollectionTransfer",
    "CountrySpec",
    "Coupon",
    "CreditNote",
    "CreditNoteLineItem",
    "Customer",
    "CustomerBalanceTransaction",
    "CustomerCashBalanceTransaction",
    "CustomerCreation",
    "Discount",
    "DiscountVersion",
    "Dispute",
    "DisputeBalanceTransaction",
    "DisputeEvidence",
    "EntitlementsActiveEntitlement",
    "EntitlementsActiveEntitlementSummary",
    "EntitlementsFeature",
    "ErasedObject",
    "Erasure",
    "Event",
    "EventHour",
    "ExchangeRate",
    "FileLink",
    "FileUpload",
    "FinancialConnectionsAccount",
    "FinancialConnectionsAccountOwner",
    "FinancialConnectionsAccountOwnership",
    "FinancialConnectionsAuthorization",
    "FinancialConnectionsSession",
    "FinancialConnectionsTransaction",
    "ForwardingRequest",
    "HandlerRun",
    "Home",
    "IdentityVerificationReport",
    "IdentityVerificationSession",
    "InboxEvent",
    "Invoice",
    "InvoiceItem",
    "InvoiceLineItem",
    "InvoicePayment",
    "InvoiceRenderingTemplate",
    "IssuingAuthorization",
    "IssuingCard",
    "IssuingCardholder",
    "IssuingDispute",
    "IssuingPersonalizationDesign",
    "IssuingPhysicalBundle",
    "IssuingToken",
    "IssuingTransaction",
    "LineItem",
    "Mandate",
    "MirroredAccount",
    "NewChange",
    "ObjectStatistics",
    "OpenWrite",
    "PaymentAttemptRecord",
    "PaymentIntent",
    "PaymentIntentAmountDetailsLineItem",
    "PaymentLink",
    "PaymentMethod",
    "PaymentMethodConfiguration",
    "PaymentMethodDomain",
    "PaymentRecord",
    "Payout",
    "PendingRead",
    "Person",
    "Plan",
    "Price",
    "Product",
    "ProductCatalogTrialOffer",
    "ProductFeature",
    "PromotionCode",
    "Quote",
    "RadarEarlyFraudWarning",
    "RadarPaymentEvaluation",
    "RadarValueList",
    "RadarValueListItem",
    "Recipient",
    "RecipientCard",
    "Refund",
    "RefutedSnapshot",
    "ReportingReportRun",
    "ReportingReportType",
    "ReserveHold",
    "ReservePlan",
    "ReserveRelease",
    "ReserveTransaction",
    "Retention",
    "RetrySchedule",
    "RevenueMonth",
    "Review",
    "SetupAttempt",
    "SetupIntent",
    "ShippingRate",
    "SigmaScheduledQueryRun",
    "Source",
    "SourceMandateNotification",
    "SourceTransaction",
    "Statistics",
    "Subscription",
    "SubscriptionItem",
    "SubscriptionItemVersion",
    "SubscriptionSchedule",
    "SubscriptionVersion",
    "SyncRange",
    "SyncRun",
    "TableRange",
    "TaxAssociation",
    "TaxCalculation",
    "TaxCalculationLineItem",
    "TaxCode",
    "TaxDeductedAtSource",
    "TaxId",
    "TaxLocation",
    "TaxRate",
    "TaxRegistration",
    "TaxSettings",
    "TaxTransaction",
    "TaxTransactionLineItem",
    "TerminalConfiguration",
    "TerminalLocation",
    "TerminalReader",
    "TestHelpersTestClock",
    "ThreeDSecureAuthentication",
    "Token",
    "Topup",
    "Transfer",
    "TransferReversal",
    "TreasuryCreditReversal",
    "TreasuryDebitReversal",
    "TreasuryFinancialAccount",
    "TreasuryFinancialAccountFeatures",
    "TreasuryInboundTransfer",
    "TreasuryOutboundPayment",
    "TreasuryOutboundTransfer",
    "TreasuryReceivedCredit",
    "TreasuryReceivedDebit",
    "TreasuryTransaction",
    "TreasuryTransactionEntry",
    "V2BillingMeterEvent",
    "V2BillingMeterEventAdjustment",
    "V2CommerceProductCatalogImport",
    "V2CoreAccount",
    "V2CoreAccountPerson",
    "V2CoreEvent",
    "V2CoreEventDestination",
    "V2CoreVaultGbBankAccount",
    "V2CoreVaultUsBankAccount",
    "V2MoneyManagementAdjustment",
    "V2MoneyManagementFinancialAccount",
    "V2MoneyManagementFinancialAddress",
    "V2MoneyManagementInboundTransfer",
    "V2MoneyManagementOutboundPayment",
    "V2MoneyManagementOutboundSetupIntent",
    "V2MoneyManagementPayoutIntent",
    "V2MoneyManagementPayoutMethod",
    "V2MoneyManagementReceivedCredit",
    "V2MoneyManagementRecipientVerification",
    "V2MoneyManagementTransaction",
    "V2MoneyManagementTransactionEntry",
    "Verification",
    "VolumeDay",
    "WebhookEndpoint",
]
