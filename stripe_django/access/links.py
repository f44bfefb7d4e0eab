"""The path from a model of users to their customer, as the fields of the models have it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db.models import ForeignKey, Model

from stripe_django.models import Customer

Path = tuple[str, ...]

ADVICE = (
    'Pass the path to the customer, such as customer="team__customer", or a function of the'
    " request that returns the customer."
)


@cache
def path_to_customer(model: type[Model]) -> Path:
    """The names of the attributes that lead from a user to the customer.

    That is a foreign key to ``Customer`` on the model itself, or else on a model that it has a
    relation to one row of, such as a profile. Raises ``ImproperlyConfigured`` if there is none,
    or more than one.
    """
    found = list(_links(model)) or list(_links_of_related(model))
    if len(found) == 1:
        return found[0]
    name = model._meta.label
    if not found:
        raise ImproperlyConfigured(
            f"{name} has no StripeOneToOneField or StripeForeignKey to Customer, and no model that"
            " it has a one-to-one relation or a foreign key to has one; a relation with"
            f' related_name="+" leads nowhere. {ADVICE}'
        )
    names = ", ".join(sorted("__".join(path) for path in found))
    raise ImproperlyConfigured(f"{name} leads to a customer in several ways: {names}. {ADVICE}")


def _links(model: type[Model]) -> Iterator[Path]:
    for field in model._meta.concrete_fields:
        target = field.related_model
        is_customer = isinstance(target, type) and issubclass(target, Customer)
        if is_customer and isinstance(field, ForeignKey):
            yield (field.name,)


def _links_of_related(model: type[Model]) -> Iterator[Path]:
    for relation in model._meta.get_fields():
        target = relation.related_model
        has_one = relation.one_to_one or relation.many_to_one
        if has_one and isinstance(target, type) and target is not model:
            # A reverse relation may be hidden, by related_name="+".
            name = relation.name if relation.concrete else relation.get_accessor_name()  # type: ignore[union-attr]
            if name:
                yield from ((name, *path) for path in _links(target))
