"""The mirrored models, the inbox and the runs in the Django admin: read-only.

``Home`` is not registered, nor are the tables of links: they have nothing to browse.
"""

from __future__ import annotations

from django.contrib import admin

from stripe_django import registry
from stripe_django.models import MirroredAccount, Statistics, SyncRun, Verification

from .accounts import MirroredAccountAdmin
from .app_list import group
from .inbox import ADMINS
from .lists.search_page import add_search
from .model_options import options
from .overrides import OWN
from .overview.page import OverviewAdmin
from .read_only import StripeAdmin
from .runs import SyncRunAdmin
from .verifications import VerificationAdmin

__all__ = ["StripeAdmin", "options", "register"]


def register(site: admin.AdminSite) -> None:
    """Registers every mirrored model, the inbox of events, the runs of the sync and the
    overview with an admin site.

    The site lists the models by Stripe's products.
    """
    for model in registry.models():
        site.register(model, OWN.get(model, StripeAdmin), **options(model, site))
    for model, model_admin in ADMINS:
        site.register(model, model_admin)
    site.register(SyncRun, SyncRunAdmin)
    site.register(Verification, VerificationAdmin)
    site.register(MirroredAccount, MirroredAccountAdmin)
    site.register(Statistics, OverviewAdmin)
    group(site)
    add_search(site)


register(admin.site)
