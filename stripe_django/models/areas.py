"""Stripe's products, as the menu of its dashboard has them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Area(models.TextChoices):
    PAYMENTS = "payments", _("Payments")
    CUSTOMERS = "customers", _("Customers")
    BILLING = "billing", _("Billing")
    PRODUCTS = "products", _("Product catalogue")
    BALANCES = "balances", _("Balances")
    CONNECT = "connect", _("Connect")
    CHECKOUT = "checkout", _("Checkout and payment links")
    TAX = "tax", _("Tax")
    RADAR = "radar", _("Radar")
    TERMINAL = "terminal", _("Terminal")
    ISSUING = "issuing", _("Issuing")
    TREASURY = "treasury", _("Treasury")
    MONEY_MANAGEMENT = "money_management", _("Money Management")
    IDENTITY = "identity", _("Identity")
    FINANCIAL_CONNECTIONS = "financial_connections", _("Financial Connections")
    REPORTING = "reporting", _("Reporting")
    CLIMATE = "climate", _("Climate")
    DEVELOPERS = "developers", _("Developers")
    FORMER = "former", _("Former products")


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
