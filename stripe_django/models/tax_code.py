from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class TaxCode(StripeModel):
    """A class of goods or services that tax law treats alike."""

    stripe = Resource(
        "tax_code",
        area=Area.TAX,
        list_path="/v1/tax_codes",
        list_has_created_filter=False,
        is_global=True,
    )

    description = fields.TextField(help_text="Which goods or services fall under the code.")
    name = fields.StringField(help_text="Short name of the class of goods or services.")
    requirements = fields.HashField(
        help_text="Whether the place of performance must be known to work out the tax."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
