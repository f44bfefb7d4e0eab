"""How the rows of a project's model become customers at Stripe: declared on that model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLink:
    """What ``customer_for()`` creates the customer of a row with.

    A class attribute of the model that has a ``StripeOneToOneField`` or ``StripeForeignKey`` to
    ``Customer``; it is no column, and needs no migration. ``email``, ``name``, ``params`` and the
    values of ``metadata`` are paths to attributes of the row, such as ``"email"``,
    ``"user.email"`` or ``"get_full_name"``; what can be called is called without arguments. What
    is ``None`` or empty is left out of the request.

    ``params`` leads to a dictionary of further parameters, as Stripe's SDK takes them.
    ``field`` is the name of the reference, if the model has several to ``Customer``.
    ``owner`` is the name of a one-to-one field of the model: the customer is then that of the row
    behind it, as of the user of a profile, and ``customer_for()`` takes either row.
    ``key`` is the key in the customer's metadata under which the primary key of the row is
    stored: ``"<app label>_<model>_id"`` by default.
    ``account`` is the account that the customers live in: its id (``acct_…``) or its name in the
    setting ``ACCOUNTS``, empty for your own.
    """

    email: str = ""
    name: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    params: str = ""
    field: str = ""
    owner: str = ""
    key: str = ""
    account: str = ""

    def references(self, model: type[models.Model]) -> list[models.ForeignKey]:
        """The model's references to customers that this may mean: one, if it is right."""
        return [
            each
            for each in model._meta.concrete_fields
            if isinstance(each, models.ForeignKey)
            and is_customer(each.remote_field.model)
            and each.target_field.name == "stripe_id"
            and self.field in ("", each.name)
        ]

    def is_whole(self, model: type[models.Model]) -> bool:
        """Whether there is a subject; the system check says what is wrong if there is none."""
        names = {each.name for each in model._meta.fields if isinstance(each, models.OneToOneField)}
        return self.owner in names if self.owner else bool(self.references(model))

    def subject(self, model: type[models.Model]) -> type[models.Model]:
        """The model whose rows the customers are: that of the owner, or else of the reference."""
        if self.owner:
            found: Any = model._meta.get_field(self.owner).related_model
        else:
            found = self.references(model)[0].model
        concrete: type[models.Model] = found._meta.concrete_model
        return concrete

    def metadata_key(self, model: type[models.Model]) -> str:
        return self.key or f"{self.subject(model)._meta.label_lower.replace('.', '_')}_id"


def is_customer(model: Any) -> bool:
    """Whether a relation leads to customers; it may still be a string in an isolated registry."""
    options = getattr(model, "_meta", None)
    return options is not None and options.label_lower == "stripe_django.customer"


def declared_on(model: type[models.Model]) -> dict[str, CustomerLink]:
    """The declarations of a model by the names of their attributes, inherited ones too."""
    found: dict[str, CustomerLink] = {}
    for each in reversed(model.__mro__):
        for name, value in vars(each).items():
            if isinstance(value, CustomerLink):
                found[name] = value
            else:
                found.pop(name, None)
    return found


def all_declared(apps: Any) -> Iterator[tuple[type[models.Model], str, CustomerLink]]:
    """Each declaration of a project, with its model and the name of the attribute."""
    for model in apps.get_models():
        for name, link in declared_on(model).items():
            yield model, name, link


def value_at(row: models.Model, path: str) -> Any:
    """The value at a path; ``None`` if a row on the way does not exist."""
    value: Any = row
    for name in path.split("."):
        try:
            value = getattr(value, name)
        except ObjectDoesNotExist:
            return None
        if callable(value):
            value = value()
        if value is None:
            return None
    return value
