"""The messages of the package: in Python, in templates, and the names of models and fields."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.apps import apps
from django.utils.translation import override
from django.utils.translation.template import templatize

from stripe_django.admin.relations import relations
from stripe_django.fields.base import LABEL_CONTEXT, Labelled
from stripe_django.models.labels import CONTEXT as MODEL_CONTEXT

from .catalogs import PACKAGE

LEFT_OUT = ("migrations", "testing")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}

Id = str | tuple[str, ...]


def template() -> Catalog:
    """A catalog without translations.

    Raises ``ValueError`` for one text with and without a plural, or with two of them: a catalog
    has one translation of it.
    """
    found = Catalog(domain="django", fuzzy=False)
    for id, context in [*_in_files(), *_of_models()]:
        add(found, id, context)
    return found


def add(catalog: Catalog, id: Id, context: str | None) -> None:
    known = catalog.get(id, context)
    if known and known.id != id:
        raise ValueError(f"One text has two plurals: {known.id!r} and {id!r}.")
    catalog.add(id, context=context)


def _in_files() -> Iterator[tuple[Id, str | None]]:
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".html") and not {*path.parts}.intersection(LEFT_OUT):
            for _, id, _, context in extract("python", BytesIO(_python(path)), keywords=KEYWORDS):
                yield id, context


def _python(path: Path) -> bytes:
    text = path.read_text()
    if path.suffix == ".html":  # as Django's makemessages does, and without indents
        text = "\n".join(map(str.strip, templatize(text, origin=str(path)).splitlines()))
    return text.encode()


def _of_models() -> Iterator[tuple[Id, str]]:
    """What Django derives from the names of classes and attributes stands in no call."""
    with override(None):
        for model in apps.get_app_config("stripe_django").get_models(include_auto_created=True):
            options = model._meta
            yield str(options.verbose_name), MODEL_CONTEXT
            yield str(options.verbose_name_plural), MODEL_CONTEXT
            for relation in relations(model):
                yield relation.label, "relation"
            for field in options.get_fields():
                if isinstance(field, Labelled):
                    yield str(field.verbose_name), LABEL_CONTEXT
