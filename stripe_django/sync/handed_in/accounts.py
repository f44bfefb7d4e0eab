"""Which account a payload is of that was handed in without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from stripe_django import registry
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import identity

Accounts = dict[tuple[type[StripeModel], str], str | None]

CHUNK = 500  # ids in one query


def stored_accounts(payloads: Iterable[Any], using: str) -> Accounts:
    """The accounts of the payloads' rows, by their model and id, your own left out.

    Of objects whose ids are unique in one account only, none: an id alone names your own.
    """
    ids: dict[type[StripeModel], list[str]] = defaultdict(list)
    for payload in payloads:
        model = registry.model_of(payload)
        if model and model.stripe.id_prefixes is None and identity.is_id(payload.get("id")):
            ids[model].append(payload["id"])
    found: Accounts = {}
    for model, known in ids.items():
        for start in range(0, len(known), CHUNK):
            rows = model._base_manager.using(using).exclude(stripe_account="")
            rows = rows.filter(stripe_id__in=known[start : start + CHUNK])
            for stripe_id, account in rows.values_list("stripe_id", "stripe_account"):
                found[model, stripe_id] = account
    return found


def account_of(payload: Mapping[str, Any], stored: Accounts) -> str | None:
    """The account of the payload's row, your own without one."""
    model, api_id = registry.model_of(payload), payload.get("id")
    return stored.get((model, api_id), "") if model and identity.is_id(api_id) else ""
