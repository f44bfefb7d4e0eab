"""The mirrored models in the Django admin: to browse, never to change.

``Home`` is not registered, nor are the tables of links: they have nothing to browse.
"""

from __future__ import annotations

from django.contrib import admin

from stripe_django import registry

from .base import StripeAdmin
from .options import options

__all__ = ["StripeAdmin", "options", "register"]


def register(site: admin.AdminSite) -> None:
    """Registers every mirrored model with an admin site."""
    for model in registry.models():
        site.register(model, StripeAdmin, **options(model, site))


register(admin.site)
