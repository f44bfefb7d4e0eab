"""The parameter ``line_items`` of a checkout session, and the discounts on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import CURRENCIES
from ..context import Context, Payload
from .params import check_keys, existing, missing, positive, refusal

ITEM = ("adjustable_quantity", "metadata", "price", "price_data", "quantity")
PRICE_DATA = ("currency", "product", "product_data", "recurring", "tax_behavior", "unit_amount")
PRODUCT_DATA = ("description", "images", "metadata", "name", "tax_code", "unit_label")
RECURRING = ("interval", "interval_count")
INTERVALS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class LineItems:
    """Reads the lines of one request. What is new in it is only made if nothing is refused."""

    context: Context

    def read(self, params: Mapping[str, Any]) -> list[tuple[Payload, int]]:
        """Prices with quantities. Raises ``RequestError``."""
        given = params.get("line_items") or []
        if not isinstance(given, list):
            raise refusal("line_items is a list.", "line_items", "parameter_invalid")
        checked = [self._item(each, f"line_items[{n}]") for n, each in enumerate(given)]
        self._check_together([price for price, _ in checked])
        return [(self._made(price), quantity) for price, quantity in checked]

    def _item(self, given: Any, name: str) -> tuple[Payload, int]:
        if not isinstance(given, Mapping):
            raise refusal(f"{name} is a hash.", name, "parameter_invalid")
        check_keys(given, name, ITEM)
        if ("price" in given) == ("price_data" in given):
            raise refusal(f"{name} has either price or price_data.", f"{name}[price]")
        price = self._price(given, name)
        if "quantity" not in given:
            raise missing(f"{name}[quantity]")
        return price, positive(given["quantity"], f"{name}[quantity]")

    def _price(self, given: Mapping[str, Any], name: str) -> Payload:
        if "price_data" in given:
            return self._inline(given["price_data"], f"{name}[price_data]")
        param = f"{name}[price]"
        found = existing(self.context, "price", given["price"], param)
        if not found["active"]:
            raise refusal(f"The price {found['id']} is not active.", param)
        recurring = found["recurring"] or {}
        if found["unit_amount"] is None or recurring.get("usage_type") == "metered":
            message = "FakeStripe's Checkout sells prices of a whole amount per unit only."
            raise refusal(message, param)
        return found

    def _inline(self, data: Any, name: str) -> Payload:
        """A price that does not exist yet, and so has no id."""
        if not isinstance(data, Mapping):
            raise refusal(f"{name} is a hash.", name, "parameter_invalid")
        check_keys(data, name, PRICE_DATA)
        for key in ("currency", "unit_amount"):
            if key not in data:
                raise missing(f"{name}[{key}]")
        if ("product" in data) == ("product_data" in data):
            raise refusal(f"{name} has either product or product_data.", f"{name}[product]")
        if "product" in data:
            existing(self.context, "product", data["product"], f"{name}[product]")
        else:
            check_keys(data["product_data"], f"{name}[product_data]", PRODUCT_DATA)
            if "name" not in data["product_data"]:
                raise missing(f"{name}[product_data][name]")
        recurring = self._recurring(data.get("recurring"), f"{name}[recurring]")
        amount = positive(data["unit_amount"], f"{name}[unit_amount]")
        return {**data, "recurring": recurring, "unit_amount": amount}

    def _recurring(self, given: Any, name: str) -> dict[str, Any] | None:
        if given is None:
            return None
        check_keys(given, name, RECURRING)
        if given.get("interval") not in INTERVALS:
            raise refusal(
                f"{name}[interval] is one of {', '.join(INTERVALS)}.", f"{name}[interval]"
            )
        count = positive(given.get("interval_count", 1), f"{name}[interval_count]")
        return {"interval": given["interval"], "interval_count": count}

    def _check_together(self, prices: list[Payload]) -> None:
        currencies = {price["currency"] for price in prices}
        intervals = {
            (price["recurring"]["interval"], price["recurring"]["interval_count"])
            for price in prices
            if price["recurring"]
        }
        if len(currencies) > 1 or len(intervals) > 1:
            what = "currency" if len(currencies) > 1 else "interval"
            raise refusal(f"All prices of a session have the same {what}.", "line_items")
        if unknown := currencies - {*CURRENCIES}:
            message = (
                f"FakeStripe's Checkout sells in {', '.join(CURRENCIES)}, not {unknown.pop()}."
            )
            raise refusal(message, "line_items")

    def _made(self, price: Payload) -> Payload:
        if "id" in price:
            return price
        product = price.get("product") or self._product(price["product_data"])["id"]
        kind = "recurring" if price["recurring"] else "one_time"
        values = {**price, "product": product, "type": kind, "active": False}
        values.pop("product_data", None)
        return self.context.create("price", **values, nickname=None)

    def _product(self, data: Mapping[str, Any]) -> Payload:
        return self.context.create("product", **data, active=False, type="service")
