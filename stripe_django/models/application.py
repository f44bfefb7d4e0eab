from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Application(StripeModel):
    """A platform's or an app's identity, under which it acts in connected accounts."""

    stripe = Resource("application", area=Area.CONNECT, is_global=True)

    name = fields.StringField(help_text="Name of the application, for readers.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
