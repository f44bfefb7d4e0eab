from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ClimateSupplier(StripeModel):
    """A company that removes carbon for orders of climate products."""

    stripe = Resource(
        "climate.supplier",
        list_path="/v1/climate/suppliers",
        list_has_created_filter=False,
        is_global=True,
    )

    class RemovalPathway(models.TextChoices):
        BIOMASS_CARBON_REMOVAL_AND_STORAGE = "biomass_carbon_removal_and_storage"
        DIRECT_AIR_CAPTURE = "direct_air_capture"
        ENHANCED_WEATHERING = "enhanced_weathering"
        MARINE_CARBON_REMOVAL = "marine_carbon_removal"

    info_url = fields.URLField(help_text="Web page about the supplier.")
    locations = fields.HashField(
        help_text="Places where the supplier works, with country and coordinates."
    )
    name = fields.StringField(help_text="What the supplier is called.")
    removal_pathway = fields.EnumField(
        choices=RemovalPathway, help_text="Scientific method by which the supplier removes carbon."
    )

    def __str__(self) -> str:
        return self.name or self.stripe_id
