"""What is otherwise in this database than at Stripe, object by object."""

from __future__ import annotations

from typing import Any, NamedTuple

import stripe

from stripe_django import registry
from stripe_django.models.base import columns
from stripe_django.sdk import events
from stripe_django.standalone.demo.counts import items
from stripe_django.sync.mapping import redaction


class Comparison(NamedTuple):
    name: str
    at_stripe: dict[str, Any]
    here: dict[str, Any]

    @property
    def missing(self) -> list[str]:
        return sorted(self.at_stripe.keys() - self.here.keys())

    @property
    def differing(self) -> list[str]:
        """The ids of all that is missing, superfluous, or has another content."""
        ids = self.at_stripe.keys() | self.here.keys()
        return sorted(id for id in ids if self.at_stripe.get(id) != self.here.get(id))


def compare_all(client: stripe.StripeClient) -> list[Comparison]:
    """Each kind of object that Stripe sends events about, lists, and has some of."""
    names = {name for kind in events.event_types() for name in events.objects_of(kind)}
    listed = (
        model
        for model in registry.models()
        if model.stripe.list_path and not model.stripe.list_parent
    )
    compared = (_compare(client, model) for model in listed if model.stripe.object_name in names)
    return [each for each in compared if any(each[1:])]


def _compare(client: stripe.StripeClient, model: Any) -> Comparison:
    # Events never show what comes only where a request expands it.
    params = {key: value for key, value in model.stripe.list_params.items() if key != "expand"}
    listed = items(client, model.stripe.list_path, **params)
    known = model.objects.alive().filter(as_of__isnull=False)
    on_request = {each.payload_key for each in columns(model).values() if each.on_request}
    return Comparison(
        model.__name__,
        {each["id"]: _without(_as_stored(each, model), on_request) for each in listed},
        {row.api_id: _without(row.to_stripe(), on_request) for row in known},
    )


def _without(payload: dict[str, Any], keys: set[str | None]) -> dict[str, Any]:
    """Without what a refetch has expanded, and the list does not."""
    return {key: value for key, value in payload.items() if key not in keys}


def _as_stored(payload: dict[str, Any], model: Any) -> dict[str, Any]:
    """Without secrets, and with the ids of what references show in full."""
    references = {each.name for each in model._meta.fields if each.is_relation}
    return {
        key: value["id"] if key in references and isinstance(value, dict) else value
        for key, value in redaction.without_secrets(payload).items()
    }
