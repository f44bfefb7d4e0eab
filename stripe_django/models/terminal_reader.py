from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TerminalReader(StripeModel):
    """A device that takes card payments in person."""

    stripe = Resource(
        "terminal.reader",
        dashboard_path="terminal/readers",
        list_path="/v1/terminal/readers",
        list_has_created_filter=False,
    )

    class DeviceType(models.TextChoices):
        BBPOS_CHIPPER2X = "bbpos_chipper2x"
        BBPOS_WISEPAD3 = "bbpos_wisepad3"
        BBPOS_WISEPOS_E = "bbpos_wisepos_e"
        MOBILE_PHONE_READER = "mobile_phone_reader"
        SIMULATED_STRIPE_S700 = "simulated_stripe_s700"
        SIMULATED_STRIPE_S710 = "simulated_stripe_s710"
        SIMULATED_STRIPE_T600 = "simulated_stripe_t600"
        SIMULATED_VERIFONE_M425 = "simulated_verifone_m425"
        SIMULATED_VERIFONE_P630 = "simulated_verifone_p630"
        SIMULATED_VERIFONE_UX700 = "simulated_verifone_ux700"
        SIMULATED_VERIFONE_V660P = "simulated_verifone_v660p"
        SIMULATED_WISEPOS_E = "simulated_wisepos_e"
        STRIPE_M2 = "stripe_m2"
        STRIPE_S700 = "stripe_s700"
        STRIPE_S710 = "stripe_s710"
        STRIPE_T600 = "stripe_t600"
        VERIFONE_P400 = "verifone_P400"
        VERIFONE_M425 = "verifone_m425"
        VERIFONE_P630 = "verifone_p630"
        VERIFONE_UX700 = "verifone_ux700"
        VERIFONE_V660P = "verifone_v660p"

    class Status(models.TextChoices):
        OFFLINE = "offline"
        ONLINE = "online"

    action = fields.HashField(owned=False, help_text="The reader's last action, and how it went.")
    device_sw_version = fields.CodeField(help_text="Version of the software on the reader.")
    device_type = fields.EnumField(choices=DeviceType, help_text="Make and model of the reader.")
    ip_address = fields.CodeField(help_text="The reader's address on the local network.")
    label = fields.StringField(help_text="The merchant's name for the reader.")
    last_seen_at = fields.TimestampField(
        unit=fields.Unit.MILLISECONDS, help_text="When the reader last reported to Stripe."
    )
    location = fields.Reference(
        "TerminalLocation", related_name="readers", help_text="The place where the reader is used."
    )
    serial_number = fields.CodeField(help_text="The number that the maker gave the device.")
    status = fields.EnumField(
        choices=Status, help_text="Whether the reader is connected; unset for mobile readers."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.label or self.stripe_id
