from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel


class TaxCode(StripeModel):
    """A class of goods or services that tax law treats alike."""

    OBJECT_NAME = "tax_code"
    AREA = Area.TAX
    LIST_PATH = "/v1/tax_codes"
    LIST_SINCE = False
    IS_PLATFORM_OWNED = True

    description = fields.TextField(help_text="Which goods or services fall under the code.")
    name = fields.StringField(help_text="Short name of the class of goods or services.")
    requirements = fields.HashField(
        help_text="Whether the place of performance must be known to work out the tax."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
