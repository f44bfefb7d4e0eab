"""The templates of the pages, which need no template settings of the project."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context as TemplateContext
from django.template import Engine

from stripe_django.money import format_money
from stripe_django.testing.fake.hosted import HTML
from stripe_django.testing.fake.http.protocol import Response

FOLDER = Path(__file__).parents[3] / "templates" / "stripe_django" / "testing"
SEE_OTHER = 303


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(FOLDER)])


def page(name: str, **values: Any) -> Response:
    """The template of that name with these values."""
    text = _engine().get_template(f"{name}.html").render(TemplateContext(values))
    return Response(text, headers=HTML)


def redirect(url: str) -> Response:
    """To be opened with ``GET``, whatever the request was."""
    return Response("", SEE_OTHER, {**HTML, "Location": url})


def money(amount: int, currency: str) -> str:
    """Without the space that no line breaks at, so that tests can compare it."""
    return format_money(amount, currency).replace("\xa0", " ")
