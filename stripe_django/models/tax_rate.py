from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class TaxRate(StripeModel):
    """A tax and its rate, to be put on invoices, subscriptions and checkouts."""

    stripe = Resource(
        "tax_rate", area=Area.TAX, dashboard_path="tax-rates", list_path="/v1/tax_rates"
    )

    class JurisdictionLevel(models.TextChoices):
        CITY = "city"
        COUNTRY = "country"
        COUNTY = "county"
        DISTRICT = "district"
        MULTIPLE = "multiple"
        STATE = "state"

    class RateType(models.TextChoices):
        FLAT_AMOUNT = "flat_amount"
        PERCENTAGE = "percentage"

    class TaxType(models.TextChoices):
        ADMISSIONS_TAX = "admissions_tax"
        AMUSEMENT_TAX = "amusement_tax"
        ATTENDANCE_TAX = "attendance_tax"
        COMMUNICATIONS_TAX = "communications_tax"
        DIGITAL_EXCISE_TAX = "digital_excise_tax"
        ENTERTAINMENT_TAX = "entertainment_tax"
        GET_FUND = "get_fund"
        GROSS_RECEIPTS_TAX = "gross_receipts_tax"
        GST = "gst"
        HOSPITALITY_TAX = "hospitality_tax"
        HST = "hst"
        IGST = "igst"
        JCT = "jct"
        LEASE_TAX = "lease_tax"
        LUXURY_TAX = "luxury_tax"
        MASS_TRANSIT_PARKING_TAX = "mass_transit_parking_tax"
        NHIL = "nhil"
        PARKING_TAX = "parking_tax"
        PST = "pst"
        QST = "qst"
        RESORT_TAX = "resort_tax"
        RETAIL_DELIVERY_FEE = "retail_delivery_fee"
        RST = "rst"
        SALES_TAX = "sales_tax"
        SERVICE_TAX = "service_tax"
        TOURISM_TAX = "tourism_tax"
        UTILITY_USERS_TAX = "utility_users_tax"
        VAT = "vat"

    active = fields.FlagField(
        help_text="False once new sales cannot use the rate; those that have it keep it."
    )
    country = fields.CodeField(help_text="Two-letter code of the country that levies the tax.")
    description = fields.StringField(
        help_text="The merchant's own note on the rate, which customers do not see."
    )
    display_name = fields.StringField(
        help_text="What customers see the tax called on invoices and receipts."
    )
    effective_percentage = fields.PercentField(
        help_text="The rate that was applied in the end, in per cent."
    )
    flat_amount = fields.HashField(
        help_text="The fixed tax with its currency, in its smallest unit; unset for a percentage."
    )
    inclusive = fields.FlagField(help_text="Whether prices already contain the tax.")
    jurisdiction = fields.StringField(
        help_text="Name of the place that levies the tax, as printed on invoices."
    )
    jurisdiction_level = fields.EnumField(
        choices=JurisdictionLevel,
        help_text="How large that place is; unset for rates that were entered manually.",
    )
    percentage = fields.PercentField(help_text="The nominal rate, in per cent.")
    rate_type = fields.EnumField(
        choices=RateType, help_text="Whether the tax is a share of the price or a fixed amount."
    )
    state = fields.CodeField(help_text="Code of the state or province, without its country.")
    tax_type = fields.EnumField(choices=TaxType, help_text="Which sort of tax it is.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the tax rate was made.")

    def __str__(self) -> str:
        return self.display_name or self.stripe_id
