"""How objects are distinguished: qualified ids, and ids for objects that have none of their own.

======================  ==================================================================
an object               gets
======================  ==================================================================
balance, settings       its account and mode
capability              the id of its account, and its own
cash balance            the id of its customer
discount                the id of its subscription, or of its customer
dispute                 the id of its charge (API versions up to 2015)
dispute evidence        the id of its dispute
features of a           the id of that
financial account
line item of an         the id of its invoice, and its own, unless that begins with ``il_``
invoice
meter event             its identifier
subscription            the id of its customer (API versions up to 2013)
summary of active       the id of its customer
entitlements
triggered alert         the id of its alert
a preview, such as an   a ``PreviewError``, with an id or without
upcoming invoice
any other without an    a ``MissingIdError``: a refund inside a charge of 2014, a bare
id                      ``{"deleted": true}``
======================  ==================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.exceptions import MissingIdError, PayloadError, PreviewError
from stripe_django.fields.references import ID_LENGTH
from stripe_django.fields.text import is_storable
from stripe_django.models.base import StripeModel
from stripe_django.models.qualified_ids import QUALIFIED, bare_id, qualified_id, shortened
from stripe_django.privacy.policy import Policy

from .rows import COPY, Moment

__all__ = ["Context", "HomeAccount", "Namespace", "Parent", "bare_id", "is_id", "stripe_id"]

RANDOM_PART = 14  # characters that Stripe adds to a prefix, at least
PREVIEW_ID = re.compile(r"upcoming_|il_tmp|[a-z]+_tmp_")
PREVIEW_URL = re.compile(r"/(upcoming|preview|create_preview)([/?]|$)|/upcoming_in_")


class HomeAccount(NamedTuple):
    """Your own account: the mode that the database mirrors, and Stripe's id, empty if unknown.

    ``platform`` is the account with a key of its own that a payload was read with or sent to, empty
    for your own; ``further`` are the ids of all such accounts. ``policy`` is what is done with
    personal data, ``None`` for nothing; ``erasure_keys`` is empty while no customer is erased.
    """

    livemode: bool
    account: str = ""
    platform: str = ""
    further: frozenset[str] = frozenset()
    policy: Policy | None = None
    erasure_keys: str = ""

    def resolve(self, account: str) -> str:
        """The account as rows have it: empty for your own."""
        return "" if account == self.account else account


class Namespace(NamedTuple):
    """Within which ids are unique: an account and a mode.

    The account is empty for your own, and ``None`` while it is unknown.
    """

    account: str | None
    livemode: bool
    is_home: bool

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    def stores(self, api_id: str) -> bool:
        """Whether it is certain that an id which may have to be qualified is stored as it is."""
        return self.is_home and 0 < len(api_id) <= ID_LENGTH and ":" not in api_id

    def qualify(self, model: type[StripeModel], api_id: str) -> str | None:
        """The ``stripe_id`` of the object that Stripe calls ``api_id`` in this namespace.

        ``None`` if that takes an account which is unknown.
        """
        prefixes = model.stripe.id_prefixes
        if prefixes is None or (self.is_home and not QUALIFIED.match(api_id)):
            return api_id
        if _is_random(api_id, prefixes):
            return api_id
        if self.account is None:
            return None
        return qualified_id(self.account, self.mode, api_id)


class Parent(NamedTuple):
    """The object around a nested one, and the name of the reference to it, if it has one."""

    stripe_id: str
    reference: str | None = None


class Context(NamedTuple):
    """What is known of a payload beside itself: when it was true, where, and inside of what.

    ``account`` is the one that it lives in: empty for your own, ``None`` if unknown.
    ``establishes_account`` says that this is known from Stripe, not from the object around it.
    ``expanded`` are the paths that the read had Stripe expand. ``decoded`` says that this package
    decoded the payload from JSON, so that it has no floats.
    """

    moment: Moment
    account: str | None
    livemode: bool
    home: HomeAccount
    expanded: frozenset[str] = frozenset()
    parent: Parent | None = None
    decoded: bool = False
    establishes_account: bool = True

    def namespace(self) -> Namespace:
        is_home = self.account == "" and self.livemode is self.home.livemode
        return Namespace(self.account, self.livemode, is_home)

    def under(self, key: str) -> Context:
        """The context of a plain hash under ``key``."""
        return self._replace(expanded=self._expanded_under(key)) if self.expanded else self

    def inside(self, key: str, parent: Parent, *, owned: bool) -> Context:
        """The context of an object under ``key``: fresh if owned or expanded, else a copy."""
        fresh = owned or key in self.expanded
        return self._replace(
            moment=self.moment.alive() if fresh else COPY,
            expanded=self._expanded_under(key),
            parent=parent,
            establishes_account=False,
        )

    def _expanded_under(self, key: str) -> frozenset[str]:
        prefix = f"{key}."
        paths = (path.removeprefix(prefix) for path in self.expanded if path.startswith(prefix))
        return frozenset(path.removeprefix("data.") for path in paths)


def _is_random(api_id: str, prefixes: tuple[str, ...]) -> bool:
    """Whether the id has the form of those that Stripe makes, which are unique everywhere."""
    return any(
        api_id.startswith(prefix)
        and len(rest := api_id.removeprefix(prefix)) >= RANDOM_PART
        and rest.isascii()
        and rest.isalnum()
        for prefix in prefixes
    )


def is_id(value: Any) -> TypeGuard[str]:
    return type(value) is str and 0 < len(value) <= ID_LENGTH and is_storable(value)


def stripe_id(
    model: type[StripeModel], payload: Mapping[str, Any], namespace: Namespace, parent: str | None
) -> str:
    """The row's ``stripe_id``; raises ``MissingIdError`` or ``PayloadError`` if there is none."""
    api_id = payload.get("id")
    if is_preview(model, payload):
        raise PreviewError
    if is_id(api_id):
        found = _within(model, payload, parent, api_id)
        found = found or namespace.qualify(model, api_id)
        if found is None:
            raise MissingIdError(
                _(
                    "This %(object_name)s is of an unknown account, within which its id is unique."
                    " It was not stored."
                )
                % {"object_name": model.stripe.object_name}
            )
        return found
    if api_id:
        raise PayloadError(
            _(
                "The id of this %(object_name)s is not a string of 1 to %(id_length)s"
                " characters without NUL."
            )
            % {"object_name": model.stripe.object_name, "id_length": ID_LENGTH}
        )
    derived = _derived(model, payload, namespace, parent)
    if derived is None:
        raise MissingIdError(
            _(
                "This %(object_name)s has no id, so it is not a thing that Stripe keeps: a"
                " preview or a stub. It was not stored."
            )
            % {"object_name": model.stripe.object_name}
        )
    return derived


def is_preview(model: type[StripeModel], payload: Mapping[str, Any]) -> bool:
    """Whether Stripe computed the object for one response, and does not keep it."""
    has_chosen_ids = model.stripe.id_prefixes is not None and model.stripe.id_scope is None
    if not has_chosen_ids and _is_preview_id(payload.get("id")):
        return True
    return _is_preview_id(payload.get("invoice")) or is_preview_list(payload.get("lines"))


def _is_preview_id(value: Any) -> bool:
    return isinstance(value, str) and PREVIEW_ID.match(value) is not None


def is_preview_list(payload: Any) -> bool:
    """Whether a list has the lines of a preview, by its address."""
    url = payload.get("url") if isinstance(payload, dict) else None
    return isinstance(url, str) and PREVIEW_URL.search(url) is not None


def _within(
    model: type[StripeModel], payload: Mapping[str, Any], parent: str | None, api_id: str
) -> str | None:
    """The id behind that of its owner, for objects whose ids recur in each of these."""
    if model.stripe.id_scope is None or api_id.startswith(model.stripe.id_prefixes or ()):
        return None
    owner = _id_under(payload, model.stripe.id_scope) or parent
    return shortened(f"{owner}:{api_id}") if owner else None


def _id_under(payload: Mapping[str, Any], key: str) -> str | None:
    """The id of the object under a key, which may be there in full."""
    found = payload.get(key)
    if isinstance(found, dict):
        found = found.get("id")
    return found if is_id(found) else None


def _derived(
    model: type[StripeModel], payload: Mapping[str, Any], namespace: Namespace, parent: str | None
) -> str | None:
    for key in model.stripe.id_from:
        if key == "parent":
            return parent
        if key == "mode":
            if namespace.account is None:
                return None
            return f"{namespace.account}:{namespace.mode}" if namespace.account else namespace.mode
        owner = _id_under(payload, key)
        if owner:
            return namespace.qualify(registry.by_object_name().get(key, model), owner)
    return None
