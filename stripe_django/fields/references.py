"""Stripe ids, and references to other objects by them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from .base import Labelled, Source, StripeField

ID_LENGTH = 255


class IdColumn(Labelled, models.CharField):
    """The column of a Stripe id: every character counts, case and trailing spaces too.

    Also what migrations know a reference as. So the migration state has no relations, which
    keeps ``migrate`` quick in a project with many models.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": ID_LENGTH} | kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("help_text", None)
        if kwargs.get("max_length") == ID_LENGTH:
            del kwargs["max_length"]
        return name, "stripe_django.fields.IdColumn", args, kwargs

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        if connection.vendor == "postgresql":
            # Spelt in full, or Django would add a second index for LIKE, which this collation
            # does not need.
            return f'character varying({self.max_length}) COLLATE "C"'
        plain = super().db_type(connection)
        assert plain is not None
        if connection.vendor == "mysql":
            # Not utf8mb4_bin: it pads, so "gold" and "gold " would be one id.
            is_mariadb: bool = getattr(connection, "mysql_is_mariadb", False)
            collation = "utf8mb4_nopad_bin" if is_mariadb else "utf8mb4_0900_bin"
            return f"{plain} CHARACTER SET utf8mb4 COLLATE {collation}"
        return plain


class SubjectField(StripeField, IdColumn):
    """The ``stripe_id`` of an object of any model, which is embedded in the payload.

    No relation: which table the object is in differs from row to row.
    """

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "stripe_django.fields.IdColumn", args, kwargs


class ReferenceDescriptor(ForwardManyToOneDescriptor):
    """Returns ``None`` for a row that has not arrived, as ``select_related`` does."""

    def get_object(  # type: ignore[override]
        self, instance: models.Model
    ) -> models.Model | None:
        try:
            return super().get_object(instance)
        except self.field.remote_field.model.DoesNotExist:
            return None


class Reference(StripeField, models.ForeignKey):
    """A foreign key by Stripe id, without a constraint: rows arrive in any order.

    ``owned`` is true if an object that is embedded here belongs to this one, and so is as fresh
    as it; false if it is an embedded copy of unknown age. ``parent_lists`` are the keys of the
    target's nested list that has this object: current and former ones. Its members are as fresh
    as the target, and get this reference where Stripe omits it. ``orphan_removal`` marks a
    member as deleted once a newer, complete list lacks it. ``implicit`` is for a reference that
    no payload contains, only the target's list.
    """

    forward_related_accessor_class = ReferenceDescriptor

    def __init__(
        self,
        to: str,
        *,
        related_name: str,
        owned: bool | None = None,
        parent_lists: tuple[str, ...] = (),
        orphan_removal: bool = False,
        implicit: bool = False,
        **kwargs: Any,
    ) -> None:
        self.owned = owned
        self.parent_lists = parent_lists
        self.orphan_removal = orphan_removal
        self.implicit = implicit
        fixed: dict[str, Any] = {
            "to_field": "stripe_id",
            "db_constraint": False,
            "on_delete": models.DO_NOTHING,
        }
        super().__init__(to=to, related_name=related_name, **fixed | kwargs)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        return () if self.implicit else super().sources

    def deconstruct(self) -> Any:
        column = {"db_column": self.column, "db_index": self.db_index, "null": self.null}  # type: ignore[attr-defined]
        return self.name, "stripe_django.fields.IdColumn", [], column

    def clone(self) -> IdColumn:  # type: ignore[override]
        _, _, _, column = self.deconstruct()
        return IdColumn(**column)

    def from_payload(self, value: Any) -> str | None:
        """The id itself; the mapping has already taken it out of a nested object."""
        return value if type(value) is str and 0 < len(value) <= ID_LENGTH else None
