"""The rows of ``CustomerCreation``: who works on one, and what may have been sent for it.

Each function is one statement or one transaction, so that it can be committed on its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.db.models import Q, QuerySet

from stripe_django.models import CustomerCreation
from stripe_django.sync.backfill.database_time import DatabaseTime
from stripe_django.sync.database import retries

LEASE = 20.0  # seconds after which a process that has not ended may be dead
KEY_LIFETIME = timedelta(hours=23)  # Stripe forgets a key a day after its first use
ATTEMPTS = 20  # of a statement: on SQLite, many may wait for one lock

Status = CustomerCreation.Status
RELEASED: dict[str, Any] = {"claim": "", "claimed_until": None}


class Key(NamedTuple):
    """What one customer is created for."""

    model: str
    object_pk: str
    stripe_account: str
    livemode: bool


def ensure(key: Key, now: datetime, using: str) -> CustomerCreation:
    """The creation of a key, made if there is none."""
    rows = CustomerCreation.objects.using(using)
    found = rows.filter(**key._asdict()).first()
    if found is not None:
        return found
    new = CustomerCreation(**key._asdict(), **_fresh(now))
    for attempt in retries.transactions(using, attempts=ATTEMPTS):
        with attempt:
            rows.bulk_create([new], ignore_conflicts=True)
    # In a transaction of its own: MariaDB's would not see the row of another process.
    return rows.get(**key._asdict())


def _fresh(now: datetime) -> dict[str, Any]:
    """The columns of a creation for which nothing was sent."""
    none = {"first_sent_at": None, "last_sent_at": None, "error": "", "customer_id": ""}
    return {"status": Status.PENDING, "token": uuid4().hex, **none, **_new_key(now)}


def _new_key(now: datetime) -> dict[str, Any]:
    """With another key, the parameters may be others, too."""
    return {"idempotency_key": uuid4().hex, "key_from": now, "params": ""}


def claim(creation: CustomerCreation, using: str) -> CustomerCreation | None:
    """Claim a pending creation, and return it as it is then; ``None`` if it cannot be claimed."""
    free = Q(claim="") | Q(claimed_until__lte=DatabaseTime())
    token = uuid4().hex
    pending = _rows(creation, using).filter(free, status=Status.PENDING)
    if not _update(pending, using, claim=token, claimed_until=DatabaseTime(LEASE)):
        return None
    return _rows(creation, using).filter(claim=token).first()


def is_claimed(creation: CustomerCreation, using: str) -> bool:
    """Whether a process works on it, as far as is known; reading needs no lock of SQLite's."""
    claimed = _rows(creation, using).filter(claimed_until__gt=DatabaseTime())
    return claimed.filter(status=Status.PENDING).exists()


def restart(creation: CustomerCreation, now: datetime, using: str) -> None:
    """Begin anew, unless another process has: the customer was deleted at Stripe."""
    same = _rows(creation, using).filter(token=creation.token, status=Status.CREATED)
    _update(same, using, **_fresh(now), **RELEASED)


def renew_key(creation: CustomerCreation, now: datetime, using: str) -> None:
    """Replace a key that Stripe may have forgotten, and with it the parameters."""
    if now - creation.key_from > KEY_LIFETIME:
        _change(creation, using, **_new_key(now))


def sends(creation: CustomerCreation, params: str, now: datetime, using: str) -> bool:
    """Store that a request is sent now; false if another process has taken over."""
    first = creation.first_sent_at or now
    return _change(creation, using, params=params, first_sent_at=first, last_sent_at=now)


def created(creation: CustomerCreation, customer_id: str, using: str) -> None:
    """Store the customer, whichever process has the claim: with one key, it is the same for all."""
    same = _rows(creation, using).filter(token=creation.token)
    done = {"status": Status.CREATED, "customer_id": customer_id, "params": "", "error": ""}
    _update(same, using, **done, **RELEASED, first_sent_at=None, last_sent_at=None)


def release(creation: CustomerCreation, error: str, using: str) -> None:
    """End the claim. The next attempt repeats the request, if one was sent."""
    _change(creation, using, **RELEASED, error=error)


def refused(creation: CustomerCreation, error: str, now: datetime, using: str) -> None:
    """End the claim after Stripe has responded with an error, which it repeats for the key."""
    _change(creation, using, **RELEASED, **_new_key(now), error=error)


def remove(creation: CustomerCreation, using: str) -> None:
    """Remove a creation of which it is known that Stripe has created nothing."""
    _mine(creation, using).delete()


def _change(creation: CustomerCreation, using: str, **values: Any) -> bool:
    """Change a row and its instance, unless another process has taken over."""
    if not _update(_mine(creation, using), using, **values):
        return False
    for name, value in values.items():
        setattr(creation, name, value)
    return True


def _update(rows: QuerySet[CustomerCreation], using: str, **values: Any) -> int:
    changed = 0
    for attempt in retries.transactions(using, attempts=ATTEMPTS):
        with attempt:
            changed = rows.update(**values)
    return changed


def _mine(creation: CustomerCreation, using: str) -> QuerySet[CustomerCreation]:
    return _rows(creation, using).filter(claim=creation.claim)


def _rows(creation: CustomerCreation, using: str) -> QuerySet[CustomerCreation]:
    return CustomerCreation.objects.using(using).filter(pk=creation.pk)
