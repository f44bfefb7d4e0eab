from types import ModuleType

from django.apps import AppConfig
from django.utils.functional import cached_property
from django.utils.module_loading import autodiscover_modules


class StripeDjangoConfig(AppConfig):
    name = "stripe_django"
    label = "stripe_django"
    verbose_name = "Stripe"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        from stripe_django import checks

        checks.register()
        autodiscover_modules("stripe_handlers")

    @cached_property
    def operations(self) -> ModuleType:
        """What needs Stripe's SDK, imported when it is used first: no start waits for that."""
        from stripe_django import operations

        return operations
