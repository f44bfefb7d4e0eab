"""The endpoints that Stripe knows for the project's address, and what they have to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from stripe_django import fields, registry
from stripe_django.api.client import Client
from stripe_django.conf import settings
from stripe_django.exceptions import EndpointError
from stripe_django.models.base import StripeModel
from stripe_django.sdk import events
from stripe_django.sync.scope import models_in_scope

PATH = "/v1/webhook_endpoints"
MARK = "stripe_django"  # key of the metadata with the purpose of an endpoint
# For these, Stripe uses the response of the endpoint as the decision whether a card may pay.
QUESTIONS = frozenset({"issuing_authorization.request"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint; ``secret`` is there only in the answer that made it."""

    id: str
    url: str
    status: str
    api_version: str
    events: tuple[str, ...]
    is_connect: bool
    created: int
    secret: str = field(default="", repr=False)

    @classmethod
    def of(cls, payload: Any) -> Endpoint:
        metadata = payload.get("metadata") or {}
        return cls(
            id=payload["id"],
            url=payload["url"],
            status=payload.get("status") or "",
            api_version=payload.get("api_version") or "",
            events=tuple(payload.get("enabled_events") or ()),
            is_connect=bool(payload.get("application")) or metadata.get(MARK) == "connect",
            created=payload.get("created") or 0,
            secret=payload.get("secret") or "",
        )

    @property
    def lacks(self) -> list[str]:
        """The types of events that are not sent, but needed for the objects that are kept."""
        return [] if "*" in self.events else sorted({*needed_events()} - {*self.events})


def listed(url: str | None = None, *, is_connect: bool | None = None) -> list[Endpoint]:
    """The endpoints, the newest first: all of them, or those of an address or kind."""
    pages = Client().pages(PATH, {})
    found = [Endpoint.of(payload) for page in pages for payload in page.objects]
    return [
        endpoint
        for endpoint in sorted(found, key=lambda each: each.created, reverse=True)
        if url in (None, endpoint.url) and is_connect in (None, endpoint.is_connect)
    ]


def create(url: str, enabled_events: Sequence[str], *, is_connect: bool) -> Endpoint:
    """Have Stripe post events there, in the version of its API that the project reads."""
    check_address(url)
    params: dict[str, Any] = {
        "url": url,
        "enabled_events": list(enabled_events),
        "api_version": settings.api_version,
        "metadata": {MARK: "connect" if is_connect else "account"},
    }
    if is_connect:
        params["connect"] = True
    return Endpoint.of(Client().request("post", PATH, params))


def delete(endpoint_id: str) -> None:
    Client().request("delete", f"{PATH}/{quote(endpoint_id, safe='')}", {})


def check_address(url: str) -> None:
    """Raise ``EndpointError`` for what Stripe itself could not, or should not, post to."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise EndpointError(
            _("%(url)r is not the address of an endpoint: https://…") % {"url": url}
        )
    if not _is_stripe(settings.api_base):
        return  # a fake on this machine may post to this machine
    if parts.scheme != "https":
        raise EndpointError(_("Stripe's events are posted to https addresses only."))
    if _is_private(parts.hostname):
        raise EndpointError(
            _("Stripe cannot reach %(hostname)s, which is of a private network.")
            % {"hostname": parts.hostname}
        )


def _is_stripe(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "stripe.com" or host.endswith(".stripe.com")


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def needed_events() -> list[str]:
    """The types of events about the objects in scope, or containing one."""
    wanted = {name for model in models_in_scope() for name in _told_by(model)}
    types = (each for each in events.event_types() if each not in QUESTIONS)
    return [each for each in types if wanted.intersection(events.objects_of(each))]


def _told_by(model: type[StripeModel]) -> Iterator[str]:
    """The names of the objects whose events show this one: its own, or else its owner's."""
    names = model.stripe.names
    if _have_events().intersection(names):
        yield from names
        return
    yield from (owner.stripe.object_name for owner in registry.models() if model in _inside(owner))


@cache
def _have_events() -> frozenset[str]:
    """The names of the objects that events are about."""
    return frozenset(name for each in events.event_types() for name in events.objects_of(each))


def _inside(owner: type[StripeModel]) -> set[Any]:
    """The models of what is fresh inside an object: members of its lists, and its parts."""
    members = {model for models in registry.members(owner).values() for model in models}
    references = (each for each in owner._meta.fields if isinstance(each, fields.Reference))
    return members | {each.related_model for each in references if each.owned}
