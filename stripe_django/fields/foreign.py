"""References to Stripe's objects from a project's own models."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.fields.related_descriptors import ForwardOneToOneDescriptor

from .references import ReferenceDescriptor

# What holds for all of them: rows arrive in any order, and some never do.
FIXED: dict[str, Any] = {
    "to_field": "stripe_id",
    "db_constraint": False,
    "on_delete": models.DO_NOTHING,
    "null": True,  # or select_related() would leave out rows whose target has not arrived
}


class OneToOneReferenceDescriptor(ForwardOneToOneDescriptor):
    """The same as ``ReferenceDescriptor``; Django's also caches the row on the other side."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        try:
            return super().__get__(instance, cls)
        except self.field.remote_field.model.DoesNotExist:
            self.field.set_cached_value(instance, None)
            return None


class ByStripeId(models.ForeignKey):
    """What the fields for a project's own models have in common."""

    def __init__(self, to: type[models.Model] | str, **kwargs: Any) -> None:
        if given := sorted(FIXED.keys() & kwargs):
            raise TypeError(f"{type(self).__name__} sets {' and '.join(given)} itself.")
        super().__init__(to, **FIXED, **{"blank": True} | kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        for option in FIXED:
            kwargs.pop(option, None)
        if kwargs.pop("blank", False) is False:
            kwargs["blank"] = False
        return name, f"stripe_django.fields.{type(self).__name__}", args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """As of a plain column: the object may exist at Stripe, and not here yet."""
        models.Field.validate(self, value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        from .forms import StripeChoiceField  # needs Django's admin

        return super().formfield(**{"form_class": StripeChoiceField} | kwargs)

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Set the row, or the id where the form had nothing else."""
        setattr(instance, self.attname if isinstance(data, str) else self.name, data)


class StripeForeignKey(ByStripeId):
    """A reference from one of your own models to a Stripe object, by its Stripe id.

    ``StripeForeignKey("stripe_django.Customer", related_name="teams")``. The column holds the id,
    whether or not the object's row has arrived; until then, the attribute is ``None``. There is
    no constraint in the database, and nothing happens to your rows if the object is deleted.
    Takes the options of Django's ``ForeignKey``, but for ``to_field``, ``on_delete``,
    ``db_constraint`` and ``null``, which it sets itself.
    """

    forward_related_accessor_class = ReferenceDescriptor


class StripeOneToOneField(ByStripeId, models.OneToOneField):
    """The same for an object that belongs to one of your rows alone: the column is unique."""

    forward_related_accessor_class = OneToOneReferenceDescriptor
