"""The rows that the figures are computed from."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from stripe_django.models import Home


def own(model: Any, using: str | None) -> QuerySet:
    """The objects of your own account in its mode that are not deleted."""
    rows: QuerySet = model.objects.using(using).alive().filter(stripe_account="")
    home = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    return rows.exclude(livemode=not home.livemode) if home else rows
