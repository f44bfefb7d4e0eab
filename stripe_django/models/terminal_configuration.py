from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TerminalConfiguration(StripeModel):
    """Settings that the card readers of a place or of the whole account share."""

    stripe = Resource(
        "terminal.configuration",
        list_path="/v1/terminal/configurations",
        list_has_created_filter=False,
    )

    bbpos_wisepad3 = fields.HashField(
        help_text="Settings of BBPOS WisePad 3 readers, such as their splash screen."
    )
    bbpos_wisepos_e = fields.HashField(
        help_text="Settings of BBPOS WisePOS E readers, such as their splash screen."
    )
    cellular = fields.HashField(help_text="Whether readers may go online over the mobile network.")
    is_account_default = fields.FlagField(
        help_text="Whether it applies wherever no other configuration does."
    )
    name = fields.StringField(help_text="The merchant's name for the configuration.")
    offline = fields.HashField(
        help_text="Whether readers may take payments while they have no connection."
    )
    reader_security = fields.HashField(
        help_text="What guards the readers' own menus, such as a passcode."
    )
    reboot_window = fields.HashField(
        help_text="Between which hours of the day readers may restart, each 0 to 23."
    )
    stripe_s700 = fields.HashField(
        help_text="Settings of Stripe S700 readers, such as their splash screen."
    )
    stripe_s710 = fields.HashField(
        help_text="Settings of Stripe S710 readers, such as their splash screen."
    )
    stripe_t600 = fields.HashField(
        help_text="Settings of Stripe T600 readers, such as their splash screen."
    )
    tipping = fields.HashField(help_text="Which tips readers suggest, by currency.")
    verifone_m425 = fields.HashField(
        help_text="Settings of Verifone M425 readers, such as their splash screen."
    )
    verifone_p400 = fields.HashField(
        help_text="Settings of Verifone P400 readers, such as their splash screen."
    )
    verifone_p630 = fields.HashField(
        help_text="Settings of Verifone P630 readers, such as their splash screen."
    )
    verifone_ux700 = fields.HashField(
        help_text="Settings of Verifone UX700 readers, such as their splash screen."
    )
    verifone_v660p = fields.HashField(
        help_text="Settings of Verifone V660p readers, such as their splash screen."
    )
    wifi = fields.HashField(
        help_text="The wireless network that readers join, and how they sign in."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
