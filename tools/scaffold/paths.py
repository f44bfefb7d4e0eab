"""Where Stripe's API has an object, from the SDK's services."""

from __future__ import annotations

import re

from stripe_django.sdk.endpoints import Endpoint, endpoints
from stripe_django.sdk.objects import SdkObject

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def paths(found: SdkObject) -> dict[str, str]:
    """The constants of a model that say where it is listed and retrieved."""
    mine = [each for each in endpoints() if each.method == "get" and found.name in each.targets]
    lists = sorted((each for each in mine if each.is_list), key=_depth)
    singles = [each for each in mine if not each.is_list and not PLACEHOLDER.search(each.path)]
    ones = sorted((each for each in mine if not each.is_list and each not in singles), key=_depth)
    constants = {}
    if singles and not lists and not ones:
        constants["SINGLE_PATH"] = singles[0].path
    if lists:
        constants |= _listing(lists[0])
    if ones:
        path = _with_columns(ones[0].path)
        if path != f"{constants.get('LIST_PATH')}/{{id}}":
            constants["RETRIEVE_PATH"] = path
    return constants


def _depth(endpoint: Endpoint) -> tuple[int, int]:
    return len(PLACEHOLDER.findall(endpoint.path)), len(endpoint.required)


def _listing(endpoint: Endpoint) -> dict[str, str]:
    owners = PLACEHOLDER.findall(endpoint.path) or endpoint.required
    path = PLACEHOLDER.sub(lambda match: f"{{{match[1].removesuffix('_id')}_id}}", endpoint.path)
    return {"LIST_PATH": path, **({"LIST_BY": owners[0].removesuffix("_id")} if owners else {})}


def _with_columns(path: str) -> str:
    """The template, with the row's columns in place of the parameters, and the id as the last."""
    *owners, last = PLACEHOLDER.findall(path)
    for owner in owners:
        path = path.replace(f"{{{owner}}}", f"{{{owner.removesuffix('_id')}_id}}")
    return path.replace(f"{{{last}}}", "{id}")
