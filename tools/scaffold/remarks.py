"""What no annotation says about an object, so that a person has to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stripe_django.models.areas import area_of
from stripe_django.sdk.objects import SdkObject
from stripe_django.sync.mapping.redaction import SECRETS

from . import names, nested
from .paths import Paths

SECRET = re.compile(r"(\w+_)?(auth_code|cvc|passcode|password|secret|token)")


def of_object(found: SdkObject) -> Iterator[str]:
    """What to decide or to write elsewhere for a new model."""
    paths = Paths(found.name)
    if area_of(found.name) is None:
        yield "Its name does not say which product it belongs to: set area."
    if "id" not in found.fields:
        yield "It has no id: set id_from to what identifies it."
    if paths.needs:
        yield f"Its list cannot do without {', '.join(paths.needs)}: see list_params."
    if paths.owner and paths.owner not in found.fields:
        yield f"It is listed by {paths.owner}, which it does not name: add a Reference to that."
    for key in found.fields:
        if SECRET.fullmatch(key) and (found.name, key) not in SECRETS:
            yield f"{key} may be a secret: if it is one, it belongs in sync/mapping/redaction.py."
    yield from of_lists(found, {key for key, _ in nested.lists(found)})
    for holder, key in nested.holders(found.name):
        yield _member(found.name, holder, key)


def of_lists(found: SdkObject, keys: set[str]) -> Iterator[str]:
    """What the members of these nested lists need."""
    for key, member in nested.lists(found):
        if key in keys:
            yield _member(member, found.name, key)


def _member(member: str, holder: str, key: str) -> str:
    owner, owned = names.class_name(holder), names.class_name(member)
    return f"{holder}.{key} lists {member}: {owned} needs a Reference to {owner} with parent_lists."
