"""Finds the customer of a row by its metadata: in the mirror, and in Stripe's lists.

Stripe's search may be a minute behind, and an hour in outages, so it finds too little. Its lists
take no metadata, so that each is narrowed down: to the time in which a request was sent whose
response was lost, or to the row's e-mail address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from stripe_django.exceptions import AmbiguousCustomerError
from stripe_django.models import Customer, CustomerCreation
from stripe_django.sync import account_keys
from stripe_django.sync.mapping.identity import bare_id

from .target import Target

TOKEN = CustomerCreation.TOKEN_KEY  # the key of the metadata that has the token of a creation
BEFORE = timedelta(minutes=5)  # that two clocks may differ
FEW = 20  # customers of one row
AFTER = timedelta(minutes=15)  # in which Stripe may still process what was sent


def having(rows: QuerySet[Customer], metadata: Mapping[str, str]) -> list[Customer]:
    """The first customers with these keys and values in their metadata, whatever the keys are."""
    for number, (key, value) in enumerate(metadata.items()):
        name = f"metadata_{number}"
        text = Cast(KeyTextTransform(key, "metadata"), TextField())
        rows = rows.alias(**{name: text}).filter(**{name: value})
    # MariaDB ignores case where it compares.
    return [row for row in rows[:FEW] if metadata.items() <= (row.metadata or {}).items()]


def sent_for(target: Target, creation: CustomerCreation, using: str) -> str:
    """Stripe's id of what an earlier request has created; empty if it has created nothing."""
    assert creation.first_sent_at is not None
    assert creation.last_sent_at is not None
    first, last = creation.first_sent_at - BEFORE, creation.last_sent_at + AFTER
    metadata = {TOKEN: creation.token}
    mirrored = _mirrored(target, creation.livemode, using).filter(created__range=(first, last))
    if found := list(having(mirrored, metadata)):
        return str(found[0].api_id)
    created = {"gte": int(first.timestamp()), "lte": int(last.timestamp())}
    return next(_listed(target, {"created": created}, metadata, using), "")


def made_before(target: Target, email: str, livemode: bool, using: str) -> str:
    """Stripe's id of the customer that has the row's key in its metadata; empty if none has.

    If the row has an e-mail address, the customer must have it, too: a primary key may have been
    another row's, in a database that was restored or reset. Raises ``AmbiguousCustomerError`` if
    there are several, or another row is linked to it.
    """
    mirrored = _mirrored(target, livemode, using)
    if email:
        mirrored = mirrored.filter(email__in={email, email.lower()})
    found = {str(row.api_id): row.stripe_id for row in having(mirrored, target.metadata)}
    if email and not found:
        listed = _listed(target, {"email": email}, target.metadata, using)
        found = {api_id: api_id for api_id in listed}
    linked = [key for stripe_id in found.values() for key in target.others(stripe_id)]
    if len(found) > 1 or linked:
        raise AmbiguousCustomerError(_described(target, list(found), linked))
    return next(iter(found), "")


def _mirrored(target: Target, livemode: bool, using: str) -> QuerySet[Customer]:
    rows: QuerySet[Customer] = Customer.objects.using(using).alive()
    return rows.filter(stripe_account=target.account, livemode=livemode)


def _listed(
    target: Target, params: dict[str, Any], metadata: Mapping[str, str], using: str
) -> Iterator[str]:
    client = account_keys.client_for(target.account, using)
    for page in client.pages("/v1/customers", params):
        for each in page.objects:
            given = each.get("metadata") or {}
            if all(given.get(key) == value for key, value in metadata.items()):
                yield bare_id(each["id"])


def _described(target: Target, found: list[str], linked: list[Any]) -> str:
    name = f"{target.label} {target.subject.pk}"
    if linked:
        return _(
            "The customer %(found)s has the key of %(name)s in its metadata, but"
            " %(label_lower)s %(linked)s is linked to it."
        ) % {
            "found": found[0],
            "name": name,
            "label_lower": target.holder._meta.label_lower,
            "linked": linked[0],
        }
    return _(
        "Several customers have the key of %(name)s in their metadata: %(found)s. Set"
        " %(field_name)s of the row to the right one."
    ) % {"name": name, "found": ", ".join(found), "field_name": target.field.name}
