"""What a response has: which objects, and when they were as it shows them. No database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stripe_django import registry
from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.conf import settings
from stripe_django.sync.handed_in import payloads
from stripe_django.sync.handed_in.payloads import is_replayed
from stripe_django.sync.mapping.identity import is_id, is_preview_list
from stripe_django.sync.mapping.rows import REQUEST_PREFIX, SOURCE_LENGTH, TIMELESS, Moment

from . import addresses

SEARCH = "search_result"
# The preview of a credit note has an id like any other.
PREVIEW = re.compile(r"/v1/(invoices|credit_notes)/(upcoming|preview|create_preview)(/.*)?")


@dataclass(frozen=True, slots=True)
class Contents:
    """The objects of a response that have a model; ``parent`` is the object whose list they are in.

    It ``needs_read`` if it is a change of which nothing says when it was.
    """

    objects: list[Any]
    moment: Moment
    is_list: bool = False
    parent: addresses.Parent | None = None
    needs_read: bool = False

    @property
    def livemode(self) -> bool | None:
        modes = (each.get("livemode") for each in self.objects)
        return next((mode for mode in modes if isinstance(mode, bool)), None)


def contents_of(sent: SentRequest, response: Response) -> Contents:
    """Without objects for what is no object of Stripe's, or a preview."""
    body, moment = response.body, _moment_of(sent, response)
    if PREVIEW.fullmatch(sent.path):
        return Contents([], moment)
    parent = addresses.parent_at(sent.path, sent.parameters)
    if isinstance(body, dict) and payloads.is_list(body):
        if is_preview_list(body) or not isinstance(body.get("data"), list):
            return Contents([], moment)
        moment = TIMELESS if body.get("object") == SEARCH else moment
        return Contents([*_with_model(body["data"])], moment, True, parent)
    needs_read = moment is TIMELESS and not sent.is_read and not is_replayed(response.headers)
    objects = [*_with_model([_completed(sent, body)])]
    return Contents(objects, moment, parent=parent, needs_read=needs_read)


def _with_model(objects: list[Any]) -> Iterator[Any]:
    return (each for each in objects if registry.model_of(each))


def _completed(sent: SentRequest, body: Any) -> Any:
    """The second API version responds to a deletion with the id alone."""
    if sent.method != "delete" or not sent.is_v2 or not isinstance(body, dict):
        return body
    found = addresses.object_at(sent.path)
    if found is None or not is_id(body.get("id")):
        return body
    return {"object": found.model.stripe.object_name, **body, "deleted": True}


def _moment_of(sent: SentRequest, response: Response) -> Moment:
    """The time of the request; of a write, also the request itself, which its events name."""
    if response.time is None or not is_current(sent, response.headers):
        return TIMELESS
    moment = Moment.of_read(response.time)
    request = str(response.headers.get("Request-Id") or "")
    if sent.is_read or not request.startswith(REQUEST_PREFIX):
        return moment
    return replace(moment, source=f"{moment.source} {request}"[:SOURCE_LENGTH])


def is_current(sent: SentRequest, headers: Mapping[str, str]) -> bool:
    """Whether the response is of the mirror's API version, and was not stored at Stripe before."""
    return not is_replayed(headers) and sent.version in ("", settings.api_version)
