"""The customer of a user."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import ForeignKey

from stripe_django.models import Customer
from stripe_django.models.querysets.customer import CustomerQuerySet

from .links import path_to_customer


def customer_of(user: Any, path: str = "") -> Customer | None:
    """The customer of a user, or of another object of yours such as a team.

    It is found by the foreign key to ``Customer`` on the model, or on a model that it has a
    one-to-one relation or a foreign key to. ``path`` names the fields on the way instead, such as
    ``team__customer``. ``None`` if there is no customer, or its row has not arrived; also for
    anonymous users. Raises ``ImproperlyConfigured`` if the models have no link, or several.
    """
    found: Customer | None = customers_of(user, path).first()
    return found


def customers_of(user: Any, path: str = "") -> CustomerQuerySet:
    """The same as a queryset, which has one row or none, and was not read yet."""
    link = user if isinstance(user, Customer) else _link(user, path)
    return customers_by(link)


def customers_by(link: Customer | str | dict[str, Any] | None) -> CustomerQuerySet:
    """The customer by its row, its Stripe id, or a column and value; none for ``None``."""
    customers: CustomerQuerySet = Customer.objects.all()
    if isinstance(link, Customer):
        return customers.using(link._state.db).filter(pk=link.pk)
    if isinstance(link, str):
        link = {"stripe_id": link}
    return customers.filter(**link) if link else customers.none()


def _link(user: Any, path: str) -> Customer | dict[str, Any] | None:
    """What the user's models say of the customer, without reading its row."""
    meta = getattr(user, "_meta", None)
    if meta is None:  # an anonymous user
        return None
    *steps, last = path.split("__") if path else path_to_customer(meta.concrete_model)
    owner = user
    for step in steps:
        try:
            owner = getattr(owner, step)
        except ObjectDoesNotExist:  # a user without a profile
            return None
        if owner is None:
            return None
    return _value_of(owner, last)


def _value_of(owner: Any, name: str) -> Customer | dict[str, Any] | None:
    try:
        field = owner._meta.get_field(name)
    except FieldDoesNotExist:  # a property
        field = None
    if not isinstance(field, ForeignKey):
        found: Customer | None = getattr(owner, name)
        return found
    value = getattr(owner, field.attname)
    return None if value is None else {field.target_field.name: value}
