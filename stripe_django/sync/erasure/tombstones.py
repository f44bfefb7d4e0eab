"""The tombstones of erased customers: made first, and removed by nothing but ``lift``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django.exceptions import UnknownCustomerError, UnknownModeError
from stripe_django.models import Customer, ErasedObject, Erasure, Home
from stripe_django.models.qualified_ids import QUALIFIED
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount, Namespace, bare_id, is_id
from stripe_django.sync.writer.removal import remove
from stripe_django.sync.writer.withholding import descent, keys
from stripe_django.sync.writer.withholding.keys import ObjectKey
from stripe_django.sync.writer.withholding.marks import Known
from stripe_django.sync.writer.withholding.sightings import key_of


def begin(stripe_id: str, using: str) -> tuple[Erasure, Counter[str]]:
    """Commit the tombstone of a customer in place of the row: from now on, writers withhold
    personal data, and write no row of the customer. Returns it, and what went with the row.

    One that is there already is looked through again from its beginning. Not for a transaction
    of the caller's, in which nothing would be committed. Raises ``ProtectedError`` if a plain
    Django relation says so; then nothing is changed.
    """
    key = key_of(Customer, stripe_id)
    now = timezone.now()
    with transaction.atomic(using=using, durable=True):
        rows = Home.objects.using(using).filter(pk=Home.SINGLETON)
        mine = rows.select_for_update().get()  # erasures and lifts one after the other
        found = of(stripe_id, using).first()
        known = mine.erasure_keys
        if found is None:
            hashed_with = keys.newest()
            found = Erasure.objects.using(using).create(
                digest=hashed_with.digest(key), key=hashed_with.id
            )
            known = keys.joined([*known.split(), hashed_with.id])
            rows.update(erasure_keys=known)
        _rows(using).filter(pk=found.pk).update(finished_at=None)
        ErasedObject.objects.using(using).update_or_create(
            digest=found.digest,
            defaults={
                "erasure": found,
                "object_name": key[0],
                "stripe_id": stripe_id,
                "due_at": now,
            },
        )
        counts = _remove_row(stripe_id, {key: found.pk}, Known(known, mine.livemode), using)
    home.known(using)
    return found, counts


def _remove_row(
    stripe_id: str, erased: Mapping[ObjectKey, int], known: Known, using: str
) -> Counter[str]:
    """Remove the customer's row, but keep in mind which other objects it says are the customer's;
    returns how many rows and values went.
    """
    _found, counts = descent.withhold(_customers([stripe_id], using), erased, known, using)
    remove_customers([stripe_id], using)
    return counts


def remove_customers(stripe_ids: Sequence[str], using: str) -> None:
    if stripe_ids and (customers := list(_customers(stripe_ids, using))):
        remove(customers, using)


def _customers(stripe_ids: Sequence[str], using: str) -> QuerySet[Customer]:
    return QuerySet(model=Customer, using=using).filter(stripe_id__in=stripe_ids)


def lift(stripe_id: str, using: str) -> bool:
    """Remove the tombstone of a customer; returns whether there was one."""
    with transaction.atomic(using=using):
        rows = Home.objects.using(using).filter(pk=Home.SINGLETON)
        if rows.select_for_update().first() is None:
            return False
        found = of(stripe_id, using)
        is_erased = found.exists()
        ErasedObject.objects.using(using).filter(erasure__in=found)._raw_delete(using)
        found.delete()
        left = _rows(using).order_by().values_list("key", flat=True).distinct()
        rows.update(erasure_keys=keys.joined(left))
    home.known(using)
    return is_erased


def of(stripe_id: str, using: str) -> QuerySet[Erasure]:
    """The erasure of a customer, with whichever of the keys it is hashed."""
    return _rows(using).filter(digest__in=keys.digests(key_of(Customer, stripe_id)))


def unfinished(using: str) -> QuerySet[Erasure]:
    """The erasures with something left to look through."""
    due = ErasedObject.objects.using(using).filter(due_at__isnull=False)
    return _rows(using).filter(pk__in=due.values("erasure")) | _rows(using).filter(finished_at=None)


def your_own(using: str) -> HomeAccount:
    """Your own account; raises ``UnknownModeError`` before the first sync."""
    found = home.known(using)
    if found is None:
        raise UnknownModeError
    return found


def stripe_id_of(api_id: str, account: str, using: str) -> str:
    """The ``stripe_id`` of a customer of an account, empty for your own.

    An id that is a ``stripe_id`` already says the account and the mode. Raises
    ``UnknownCustomerError`` for what can be no id, and for one of another account.
    """
    mine = your_own(using)
    if not is_id(api_id) or api_id != api_id.strip():
        raise no_id(api_id)
    livemode, account = mine.livemode, home.resolve(account)
    if qualifier := QUALIFIED.match(api_id):
        named = home.resolve(qualifier[1] or "")
        if account not in ("", named):
            raise UnknownCustomerError(
                _("%(api_id)s is of another account than %(account)s.")
                % {"api_id": api_id, "account": account}
            )
        livemode, account = qualifier[2] == "live", named
        api_id = bare_id(api_id)
    namespace = Namespace(account, livemode, not account and livemode is mine.livemode)
    return namespace.qualify(Customer, api_id) or api_id


def no_id(api_id: object) -> UnknownCustomerError:
    """The error about what can be no id."""
    return UnknownCustomerError(
        _("%(api_id)r is no id: there are blanks around it, or nothing.") % {"api_id": api_id}
    )


def due(erasure: Erasure, using: str) -> QuerySet[ErasedObject]:
    rows = ErasedObject.objects.using(using)
    return rows.filter(erasure=erasure, due_at__isnull=False).order_by("pk")


def finish(objects: list[ErasedObject], using: str) -> None:
    """Note that what refers to these was found; only their hashes stay."""
    rows = ErasedObject.objects.using(using).filter(pk__in=[each.pk for each in objects])
    rows.update(due_at=None, object_name="", stripe_id="")


def key(row: ErasedObject) -> ObjectKey:
    return row.object_name, row.stripe_id


def _rows(using: str) -> QuerySet[Erasure]:
    return Erasure.objects.using(using)
