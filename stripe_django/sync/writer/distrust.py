"""Has the next read write rows whole, although they claim to have its content already."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from stripe_django.models.base import StripeModel


def distrust(model: type[StripeModel], ids: Collection[str], using: str) -> None:
    """For rows whose columns do not have the content that their digest is of.

    Only the digest goes, so that which snapshot wins is decided as ever.
    """
    rows: QuerySet[StripeModel] = QuerySet(model, using=using)
    rows.filter(stripe_id__in=ids).update(digest="")
