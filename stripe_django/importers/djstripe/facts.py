"""What is known of dj-stripe's tables, from version 2.8 to 2.11."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

PREFIX = "djstripe_"

Words = frozenset[str]


def words(text: str) -> Words:
    return frozenset(text.split())


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The object that a table has, and in what its content differs from Stripe's payload.

    ``added`` are keys that dj-stripe adds to the payload. ``expanded`` are the paths that it has
    Stripe expand. ``cents`` are decimal columns in the main unit of the currency, where Stripe has
    the smallest one, always a hundredth. ``embedded`` marks rows that are made from the members of
    another object's list, and that stay as they are when the list changes.
    """

    object_name: str
    added: Words = frozenset()
    expanded: Words = frozenset()
    cents: Words = frozenset()
    embedded: bool = False


def _plain(text: str) -> dict[str, Facts]:
    """Facts of tables that have nothing special: pairs of table and object."""
    pairs = (pair.partition("=") for pair in text.split())
    return {PREFIX + table: Facts(object_name=name or table) for table, _, name in pairs}


PERIOD = words("period_start period_end")
INVOICE_AMOUNTS = words(
    "amount_due amount_paid amount_remaining application_fee_amount subtotal tax total"
)

# In the order of the import: embedded rows before the lists that say which of them are left.
FACTS: dict[str, Facts] = {
    f"{PREFIX}lineitem": Facts(
        object_name="line_item",
        added=PERIOD | words("customer date"),
        expanded=words("discounts"),
        embedded=True,
    ),
    f"{PREFIX}subscriptionitem": Facts(object_name="subscription_item", embedded=True),
    **_plain(
        """
        account accountv2=v2.core.account
        activeentitlement=entitlements.active_entitlement applicationfee=application_fee
        applicationfeerefund=fee_refund balancetransaction=balance_transaction
        bankaccount=bank_account card countryspec=country_spec
        """
    ),
    f"{PREFIX}charge": Facts(
        object_name="charge",
        expanded=words("balance_transaction"),
        cents=words("amount amount_captured amount_refunded application_fee_amount"),
    ),
    f"{PREFIX}coupon": Facts(object_name="coupon", cents=words("amount_off")),
    f"{PREFIX}customer": Facts(
        object_name="customer",
        added=words("coupon_start coupon_end default_payment_method"),
        expanded=words("default_source"),
    ),
    f"{PREFIX}discount": Facts(object_name="discount", expanded=words("customer")),
    **_plain(
        """
        dispute earlyfraudwarning=radar.early_fraud_warning feature=entitlements.feature
        file filelink=file_link
        """
    ),
    f"{PREFIX}invoice": Facts(
        object_name="invoice",
        expanded=words("discounts lines.data.discounts lines.data.invoice_item"),
        cents=INVOICE_AMOUNTS,
    ),
    f"{PREFIX}invoiceitem": Facts(
        object_name="invoiceitem",
        added=PERIOD,
        expanded=words("discounts"),
        cents=words("amount"),
    ),
    **_plain(
        """
        issuing_authorization=issuing.authorization issuing_card=issuing.card
        issuing_cardholder=issuing.cardholder issuing_dispute=issuing.dispute
        issuing_transaction=issuing.transaction mandate paymentintent=payment_intent
        paymentmethod=payment_method
        """
    ),
    f"{PREFIX}payout": Facts(
        object_name="payout", expanded=words("destination"), cents=words("amount")
    ),
    f"{PREFIX}plan": Facts(object_name="plan", expanded=words("product"), cents=words("amount")),
    f"{PREFIX}price": Facts(object_name="price", expanded=words("product")),
    **_plain("product"),
    f"{PREFIX}productfeature": Facts(object_name="product_feature", added=words("product")),
    **_plain(
        """
        promotioncode=promotion_code refund review scheduledqueryrun=scheduled_query_run
        session=checkout.session setupintent=setup_intent shippingrate=shipping_rate
        """
    ),
    f"{PREFIX}source": Facts(
        object_name="source", added=words("source_data"), cents=words("amount")
    ),
    f"{PREFIX}sourcetransaction": Facts(object_name="source_transaction", cents=words("amount")),
    **_plain(
        """
        subscription subscriptionschedule=subscription_schedule taxcode=tax_code taxid=tax_id
        taxrate=tax_rate
        """
    ),
    f"{PREFIX}transfer": Facts(
        object_name="transfer",
        expanded=words("balance_transaction"),
        cents=words("amount amount_reversed"),
    ),
    f"{PREFIX}transferreversal": Facts(
        object_name="transfer_reversal", expanded=words("balance_transaction transfer")
    ),
    **_plain(
        """
        verificationreport=identity.verification_report
        verificationsession=identity.verification_session webhookendpoint=webhook_endpoint event
        """
    ),
}

# Tables whose rows become none, with the reason.
WITHOUT_COUNTERPART = {
    f"{PREFIX}apikey": gettext_noop("keys are in the settings or the environment"),
    f"{PREFIX}djstripepaymentmethod": gettext_noop(
        "its rows only name cards, accounts and payment methods"
    ),
    f"{PREFIX}djstripeinvoicetotaltaxamount": gettext_noop("the amounts are in the invoices"),
    f"{PREFIX}djstripeupcominginvoicetotaltaxamount": gettext_noop("previews are not stored"),
    f"{PREFIX}idempotencykey": gettext_noop("dj-stripe's own"),
    f"{PREFIX}invoiceorlineitem": gettext_noop("its rows only name invoices and lines"),
    f"{PREFIX}order": gettext_noop("Stripe has no orders any more"),
    f"{PREFIX}pricingtable": gettext_noop("Stripe's API has no pricing tables"),
    f"{PREFIX}upcominginvoice": gettext_noop("previews are not stored"),
    f"{PREFIX}usagerecord": gettext_noop("Stripe has no usage records any more"),
    f"{PREFIX}usagerecordsummary": gettext_noop("Stripe has no usage records any more"),
    f"{PREFIX}webhookeventtrigger": gettext_noop(
        "the events of these requests are in djstripe_event"
    ),
}
LINKS = gettext_noop("links are made from the payloads")
WITHOUT_COUNTERPART |= {
    f"{PREFIX}djstripe{owner}taxrate": LINKS
    for owner in (
        *("invoicedefault", "invoiceitem", "subscriptiondefault", "subscriptionitem"),
        "upcominginvoicedefault",
    )
}
UNKNOWN = gettext_noop("not a table of dj-stripe 2.8 to 2.11")
