"""What the SDK declares about the objects that the fake keeps."""

from __future__ import annotations

from functools import cache

from django.apps import apps

from stripe_django.fields import StripeField
from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.testing.statuses import documented_statuses

Fields = dict[str, Annotation]

# Keys on request of hashes, such as the restrictions of a promotion code.
ON_REQUEST_IN_HASHES = frozenset({"currency_options"})

# Nested lists that may be missing for another reason than that no request has expanded them.
NOT_ON_REQUEST = frozenset({("account", "external_accounts"), ("file", "links")})


@cache
def fields(name: str) -> Fields:
    """The annotations of an object's keys; none for an object that the SDK does not know."""
    if name not in objects.names():
        return {}
    declared = objects.sdk_object(name).fields
    return {key: field.annotation for key, field in declared.items()}


@cache
def inner_fields(annotation: Annotation) -> Fields:
    """The same for a hash."""
    if annotation.shape is None:
        return {}
    declared = objects.fields_of(annotation.shape)
    return {key: field.annotation for key, field in declared.items()}


@cache
def pages(name: str) -> dict[str, tuple[str, ...]]:
    """The nested lists of an object, with the names of the objects in them."""
    return {
        key: annotation.items.targets
        for key, annotation in fields(name).items()
        if annotation.kind is Kind.PAGE and annotation.items
    }


@cache
def on_request(name: str) -> frozenset[str]:
    """The keys that Stripe sends only if a request expands them.

    They are those that the model declares so, the nested lists that may be missing, and those
    that the SDK's documentation says it of.
    """
    found = set(_declared_on_request().get(name, ()))
    if name in objects.names():
        for key, field in objects.sdk_object(name).fields.items():
            is_page = field.annotation.kind is Kind.PAGE and field.annotation.optional
            if (is_page and (name, key) not in NOT_ON_REQUEST) or "`expand` param" in field.doc:
                found.add(key)
    return frozenset(found)


@cache
def _declared_on_request() -> dict[str, list[str]]:
    """The keys by object name. The models are imported only by the app: pytest loads this module
    before there are settings.
    """
    return {
        name: [
            field.payload_key
            for field in model._meta.concrete_fields
            if isinstance(field, StripeField) and field.on_request and field.payload_key
        ]
        for model in apps.get_app_config("stripe_django").get_models()
        if hasattr(model, "stripe")
        for name in model.stripe.names
    }


@cache
def references(name: str) -> tuple[str, ...]:
    """The keys under which an object names others."""
    words = {each.rpartition(".")[2] for each in objects.names()}
    return tuple(
        key
        for key, annotation in fields(name).items()
        if annotation.targets or (annotation.kind is Kind.TEXT and key in words)
    )


@cache
def reference_to(parent: str, name: str) -> str | None:
    """The key under which an object names the one that it belongs to."""
    annotations = fields(name)
    for key in references(name):
        targets = annotations[key].targets
        if parent in targets or (not targets and key == parent.rpartition(".")[2]):
            return key
    return None


@cache
def statuses(name: str) -> tuple[str, ...]:
    """The values of an object's status; none if it has no status, or one in free text."""
    if "status" not in fields(name):
        return ()
    declared = objects.sdk_object(name).fields
    return declared["status"].annotation.values or documented_statuses(declared["status"], declared)


@cache
def only_at_creation(name: str) -> frozenset[str]:
    """The keys that only the response to a creation has."""
    if name not in objects.names():
        return frozenset()
    declared = objects.sdk_object(name).fields.items()
    return frozenset(
        key for key, field in declared if "only returned at creation" in field.doc.lower()
    )


@cache
def is_deletable(name: str) -> bool:
    """Whether a deletion takes the object away; other objects end in a status."""
    return "deleted" in fields(name) or "canceled" not in statuses(name)
