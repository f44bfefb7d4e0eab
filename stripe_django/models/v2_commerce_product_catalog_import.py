from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2CommerceProductCatalogImport(StripeModel):
    """One upload of a product catalogue file, and how its processing went."""

    stripe = Resource(
        "v2.commerce.product_catalog_import", list_path="/v2/commerce/product_catalog/imports"
    )

    class FeedType(models.TextChoices):
        INVENTORY = "inventory"
        PRICING = "pricing"
        PRODUCT = "product"
        PROMOTION = "promotion"

    class Mode(models.TextChoices):
        REPLACE = "replace"
        UPSERT = "upsert"

    class Status(models.TextChoices):
        AWAITING_UPLOAD = "awaiting_upload"
        FAILED = "failed"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        SUCCEEDED_WITH_ERRORS = "succeeded_with_errors"

    feed_type = fields.EnumField(
        choices=FeedType, help_text="What the file lists: products, prices, stock or promotions."
    )
    mode = fields.EnumField(
        choices=Mode,
        help_text="Whether the file replaces the catalogue or only adds to it and updates it.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the import has come.")
    status_details = fields.HashField(
        help_text="Counts, errors or addresses that go with the status, under the status as key."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the import was made."
    )
