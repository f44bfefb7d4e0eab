"""Stripe's products, as the menu of its dashboard has them."""

from __future__ import annotations

from django.db import models


class Area(models.TextChoices):
    PAYMENTS = "payments"
    CUSTOMERS = "customers"
    BILLING = "billing"
    PRODUCTS = "products", "Product catalogue"
    BALANCES = "balances"
    CONNECT = "connect"
    CHECKOUT = "checkout", "Checkout and payment links"
    TAX = "tax"
    RADAR = "radar"
    TERMINAL = "terminal"
    ISSUING = "issuing"
    TREASURY = "treasury"
    MONEY_MANAGEMENT = "money_management"
    IDENTITY = "identity"
    FINANCIAL_CONNECTIONS = "financial_connections"
    REPORTING = "reporting"
    CLIMATE = "climate"
    DEVELOPERS = "developers"
    FORMER = "former", "Former products"


# By the namespace of an object's name; a model without one of these declares its area.
NAMESPACES = {
    "apps": Area.DEVELOPERS,
    "billing": Area.BILLING,
    "billing_portal": Area.BILLING,
    "checkout": Area.CHECKOUT,
    "climate": Area.CLIMATE,
    "entitlements": Area.BILLING,
    "financial_connections": Area.FINANCIAL_CONNECTIONS,
    "forwarding": Area.PAYMENTS,
    "identity": Area.IDENTITY,
    "issuing": Area.ISSUING,
    "product_catalog": Area.PRODUCTS,
    "radar": Area.RADAR,
    "reporting": Area.REPORTING,
    "reserve": Area.CONNECT,
    "tax": Area.TAX,
    "terminal": Area.TERMINAL,
    "test_helpers": Area.DEVELOPERS,
    "three_d_secure": Area.PAYMENTS,
    "treasury": Area.TREASURY,
    "v2.billing": Area.BILLING,
    "v2.commerce": Area.PRODUCTS,
    "v2.core": Area.CONNECT,
    "v2.money_management": Area.MONEY_MANAGEMENT,
}


def area_of(object_name: str) -> Area | None:
    """The area of a Stripe object by its name; ``None`` if its namespace has none."""
    return NAMESPACES.get(".".join(object_name.split(".")[:-1])) or NAMESPACES.get(
        ".".join(object_name.split(".")[:2])
    )
