"""The summaries of products and prices: what is sold, for how much, and whether still."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stripe_django.admin.rendering.display import label
from stripe_django.models import Price, Product
from stripe_django.models.names import price_text

from .summary import Fact, Summary


class ProductSummary(Summary):
    row: Product
    references = ("default_price",)

    def headline(self) -> Iterator[str]:
        yield self.row.name or self.row.stripe_id
        yield _offered(self.row)

    def facts(self) -> Iterator[Fact]:
        price = self.row.default_price
        text = price_text(price) if price else ""
        yield _("Default price"), self.link(self.row, "default_price", text)
        yield self.fact("description")
        yield self.fact("unit_label")
        yield self.fact("statement_descriptor")
        yield self.fact("updated")
        yield self.fact("created")


class PriceSummary(Summary):
    row: Price
    references = ("product",)

    def headline(self) -> Iterator[str]:
        yield price_text(self.row) or self.row.stripe_id
        yield _offered(self.row)

    def facts(self) -> Iterator[Fact]:
        yield _("Product"), self.link(self.row, "product")
        for name in ("nickname", "lookup_key", "type", "usage_type", "tiers_mode", "tax_behavior"):
            yield self.fact(name)
        yield self.fact("created")


def _offered(row: Product | Price) -> str:
    if row.active is None:
        return ""
    return label("active", _("Active")) if row.active else label("archived", _("Archived"))
