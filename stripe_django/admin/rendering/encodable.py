"""Pages of objects, whose payloads may have text that UTF-8 has not: half a surrogate pair."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe


class EncodableResponse(TemplateResponse):
    """Shows such text as JSON has it: ``\\ud83d``."""

    @property
    def rendered_content(self) -> SafeString:
        content = super().rendered_content
        return mark_safe(content.encode(errors="backslashreplace").decode())


def encodable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, with a page that can be sent."""

    @wraps(view)
    def page(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        if type(response) is TemplateResponse:
            response.__class__ = EncodableResponse
        return response

    return page
