from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StripeDjangoConfig(AppConfig):
    name = "stripe_django"
    label = "stripe_django"
    verbose_name = "Stripe"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        from stripe_django import checks
        from stripe_django.models.querysets.snapshots import Snapshots

        checks.register()
        Snapshots.build = staticmethod(_snapshots)
        autodiscover_modules("stripe_handlers")


def _snapshots(pairs: Sequence[tuple[Any, Any]], using: str) -> Sequence[Any]:
    """Imports at the first use: the sync layer brings in Stripe's SDK, which takes a second."""
    from stripe_django.sync import home
    from stripe_django.sync.mapping.reconstruct import past

    mode = home.livemode(using) if pairs else False
    return [past(row, event, home=mode) for row, event in pairs]
