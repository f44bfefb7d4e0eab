from collections.abc import Sequence
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.functional import cached_property
from django.utils.module_loading import autodiscover_modules


class StripeDjangoConfig(AppConfig):
    name = "stripe_django"
    label = "stripe_django"
    verbose_name = "Stripe"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def import_models(self) -> None:
        """Before any app is ready: the admin of a project may take the names of models then."""
        super().import_models()
        from stripe_django.models import labels

        labels.translate(self.models.values())

    def ready(self) -> None:
        from stripe_django import checks
        from stripe_django.conf import settings
        from stripe_django.fields.customer_link import all_declared
        from stripe_django.models import customer_creation
        from stripe_django.models.querysets.snapshots import Snapshots

        checks.register()
        for model, name, link in all_declared(self.apps):
            if link.is_whole(model):
                subject, uid = link.subject(model), f"{model._meta.label}.{name}"
                post_delete.connect(customer_creation.forget, subject, dispatch_uid=uid)
        Snapshots.build = staticmethod(_snapshots)
        autodiscover_modules("stripe_handlers")
        if settings.uncalled("PRIVACY"):
            from stripe_django.privacy import configured

            configured.announce()
        if settings.get("TASKS"):
            from stripe_django import tasks
            from stripe_django.checks.webhooks import has_task_backend

            if has_task_backend():
                tasks.bind()
        if settings.follow_sdk:
            from stripe_django.sdk_client import module_level

            module_level.follow()

    @cached_property
    def operations(self) -> ModuleType:
        """What needs Stripe's SDK, imported when it is used first: no start waits for that."""
        from stripe_django import operations

        return operations


def _snapshots(pairs: Sequence[tuple[Any, Any]], using: str) -> Sequence[Any]:
    """Imports at the first use: the sync layer brings in Stripe's SDK, which takes a second."""
    if not pairs:
        return []
    from stripe_django.privacy.configured import policy_in_force
    from stripe_django.sync import home
    from stripe_django.sync.mapping.identity import HomeAccount
    from stripe_django.sync.mapping.reconstruct import past

    found = home.known(using) or HomeAccount(False, policy=policy_in_force())
    return [past(row, event, home=found) for row, event in pairs]
