"""Many-to-many references."""

from __future__ import annotations

from typing import Any

from django.db import models

from .base import StripeField


class Links(StripeField, models.ManyToManyField):
    """The objects that a nested list names, through a table with two references.

    The newest complete snapshot of the list replaces the links. The list itself stays in
    ``extra``: a table of links cannot give it back.
    """

    def __init__(self, to: str, *, through: str, related_name: str, **kwargs: Any) -> None:
        super().__init__(to=to, through=through, related_name=related_name, **kwargs)
        self.null = self.has_null_arg = False  # Django warns of an argument with no meaning here

    def get_internal_type(self) -> str:
        return "ManyToManyField"

    @property
    def payload_key(self) -> None:
        return None
