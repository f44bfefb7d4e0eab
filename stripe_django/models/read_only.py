"""Tables that only the sync layer writes."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from stripe_django.exceptions import ReadOnlyError

from .querysets.base import ReadOnlyQuerySet


class ReadOnlyModel(models.Model):
    """Raises on ``save()`` and ``delete()``: only the sync layer writes."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("save()")

    async def asave(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("asave()")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("delete()")

    async def adelete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("adelete()")


class Link(ReadOnlyModel):
    """A row of a many-to-many table between two mirrored models."""

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
