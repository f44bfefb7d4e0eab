"""The names of models in the active language: Django derives the English ones from the classes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import override, pgettext_lazy

CONTEXT = "model"  # apart from the same words in other catalogs of a project


def translate(found: Iterable[type[models.Model]]) -> None:
    """Make the names of models lazy; their source is in the catalog, see ``tools.messages``."""
    with override(None):  # the English names, also if this is done again
        for model in found:
            options = model._meta
            plural = str(options.verbose_name_plural)
            options.verbose_name = pgettext_lazy(CONTEXT, str(options.verbose_name))
            options.verbose_name_plural = pgettext_lazy(CONTEXT, plural)
