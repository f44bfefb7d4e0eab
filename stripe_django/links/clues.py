"""What leads from customers to rows of the project's: their metadata, checkout sessions, e-mail.

Each clue gives values for some customers, and the rows that a value names. A value that several
customers have is ambiguous; these are found by one query beforehand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Count, F, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.exceptions import CustomerLinkError
from stripe_django.models import CheckoutSession, Customer

LARGEST = 2**63  # above every integer that a database has

Values = dict[str, set[str]]  # of customers, by their stripe_id


class Clue(Protocol):
    name: str
    says_who: bool  # whether a row with another e-mail address is another one

    def ambiguous(self, customers: QuerySet[Customer]) -> set[str]:
        """The values that several customers have."""

    def values(self, customers: Sequence[Customer]) -> Values: ...

    def rows(self, rows: QuerySet[Any], values: Collection[str]) -> dict[str, list[Any]]:
        """The rows that have these values."""


class ByKey:
    """The value is the primary key of a row, or of its owner."""

    says_who = False

    def __init__(self, owner: str, key: models.Field) -> None:
        self._owner = owner
        self._key = key

    def rows(self, rows: QuerySet[Any], values: Collection[str]) -> dict[str, list[Any]]:
        keys = [key for value in values if (key := self._plain(value)) is not None]
        name = f"{self._owner}_id" if self._owner else "pk"
        lookup = f"{self._owner or 'pk'}__in"
        found: dict[str, list[Any]] = defaultdict(list)
        for row in rows.filter(**{lookup: keys}):
            found[str(getattr(row, name))].append(row)
        return found

    def _plain(self, value: str) -> Any:
        """The key that a text stands for, if that is how it is written."""
        try:
            key = self._key.to_python(value)
        except ValidationError:
            return None
        if isinstance(key, int) and not -LARGEST <= key < LARGEST:
            return None
        return key if str(key) == value and "\0" not in value else None


class Metadata(ByKey):
    """The key of the row in the customer's metadata."""

    name = "metadata"

    def __init__(self, owner: str, key: models.Field, metadata_key: str) -> None:
        super().__init__(owner, key)
        self._metadata_key = metadata_key

    def ambiguous(self, customers: QuerySet[Customer]) -> set[str]:
        text = Cast(KeyTextTransform(self._metadata_key, "metadata"), TextField())
        return _repeated(customers.annotate(value=text), "pk")

    def values(self, customers: Sequence[Customer]) -> Values:
        found = {each.stripe_id: (each.metadata or {}) for each in customers}
        return {
            stripe_id: {str(metadata[self._metadata_key])}
            for stripe_id, metadata in found.items()
            if metadata.get(self._metadata_key)
        }


class ClientReference(ByKey):
    """The ``client_reference_id`` of the customer's checkout sessions.

    Not of those of payment links: anyone can put any reference into the address of such a link.
    """

    name = gettext_noop("client reference")

    def ambiguous(self, customers: QuerySet[Customer]) -> set[str]:
        named = self._sessions(customers.db).annotate(value=F("client_reference_id"))
        return _repeated(named, "customer_id")

    def values(self, customers: Sequence[Customer]) -> Values:
        found: Values = defaultdict(set)
        if customers:
            ids = [each.stripe_id for each in customers]
            sessions = self._sessions(str(customers[0]._state.db)).filter(customer_id__in=ids)
            for stripe_id, value in sessions.values_list("customer_id", "client_reference_id"):
                found[str(stripe_id)].add(str(value))
        return found

    @staticmethod
    def _sessions(using: str) -> QuerySet[Any]:
        named = CheckoutSession.objects.using(using).exclude(client_reference_id=None)
        found: QuerySet[Any] = named.exclude(client_reference_id="").filter(payment_link=None)
        return found


class VerifiedEmail:
    """The e-mail address, whatever the case of its letters, of rows where it is verified."""

    name = gettext_noop("e-mail")
    says_who = True

    def __init__(self, model: type[models.Model], path: str, verified: str) -> None:
        self._email = _lookup(model, path)
        self._verified = _condition(model, verified)

    def ambiguous(self, customers: QuerySet[Customer]) -> set[str]:
        return _repeated(customers.exclude(email="").annotate(value=Lower("email")), "pk")

    def values(self, customers: Sequence[Customer]) -> Values:
        return {each.stripe_id: {each.email.lower()} for each in customers if each.email}

    def rows(self, rows: QuerySet[Any], values: Collection[str]) -> dict[str, list[Any]]:
        """All that have the address, so that none of two is taken because it is verified; a single
        one that is not verified is left out.
        """
        found: dict[str, list[Any]] = defaultdict(list)
        named = rows.annotate(stripe_address=Lower(self._email))
        for row in named.filter(stripe_address__in=list(values)):
            found[row.stripe_address].append(row)
        keys = [row.pk for several in found.values() for row in several]
        verified = set(rows.filter(pk__in=keys, **self._verified).values_list("pk", flat=True))
        return {
            value: several
            for value, several in found.items()
            if len(several) > 1 or several[0].pk in verified
        }


def _repeated(rows: QuerySet[Any], counted: str) -> set[str]:
    """The values that more than one customer has."""
    counts = rows.exclude(value=None).order_by().values("value")
    repeated = counts.annotate(number=Count(counted, distinct=True)).filter(number__gt=1)
    return set(repeated.values_list("value", flat=True).iterator())


def _lookup(model: type[models.Model], path: str) -> str:
    """The lookup of a path to a column."""
    _column(model, names := path.split("."))
    return "__".join(names)


def _condition(model: type[models.Model], lookup: str) -> dict[str, Any]:
    """The rows where a column is true, or has a value: the time of the verification."""
    column = _column(model, lookup.split("__"))
    if isinstance(column, models.BooleanField):
        return {lookup: True}
    if isinstance(column, models.DateField):  # or a DateTimeField, which is one
        return {f"{lookup}__isnull": False}
    raise CustomerLinkError(
        _(
            "%(lookup)s does not say whether the address was verified: pass the lookup of a"
            " BooleanField, or of a DateTimeField with the time of the verification."
        )
        % {"lookup": lookup}
    )


def _column(model: Any, names: Iterable[str]) -> Any:
    field, start = None, model._meta.label
    for name in names:
        try:
            field = model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            raise CustomerLinkError(
                _("%(names)s leads to no column of %(start)s.")
                % {"names": "__".join(names), "start": start}
            ) from None
        model = field.related_model
    if not getattr(field, "column", None):
        raise CustomerLinkError(
            _("%(names)s leads to no column of %(start)s.")
            % {"names": "__".join(names), "start": start}
        )
    return field
