"""The catalogs of the languages in ``stripe_django/locale``: updated, compiled and checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from .extraction import PACKAGE

LOCALE = PACKAGE / "locale"
DOMAIN = "django"
HEADER = {
    "domain": DOMAIN,
    "project": "stripe-django",
    "version": "main",
    "header_comment": "",
    "msgid_bugs_address": "https://github.com/stripe-django/stripe-django/issues",
    "last_translator": "stripe-django contributors",
    "language_team": "stripe-django",
    "fuzzy": False,
}
LANGUAGES = ("de", "es", "fr", "ja")
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[.\d]*[a-zA-Z]|%|[sd](?!\w))")
ENDS = re.compile(r"^\s*|\s*$")


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, **HEADER)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def update(language: str, template: Catalog) -> None:
    """Add new messages, drop those that are gone, and compile."""
    catalog = load(language)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, no_location=True, sort_output=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, load(language))


def _compiled(language: str) -> Catalog:
    path = path_of(language).with_suffix(".mo")
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_mo(file)


def _strings(catalog: Catalog) -> dict[tuple[str, str], object]:
    return {
        (message.context or "", _text(message)): message.string
        for message in catalog
        if message.id and all(_forms(message))
    }


def problems(language: str, template: Catalog) -> Iterator[str]:
    """What is wrong with a language, in one line each."""
    catalog = load(language)
    expected, found = _keys(template), _keys(catalog)
    for _, id in sorted(expected - found):
        yield f"{language}: not in the catalog: {id}"
    for _, id in sorted(found - expected):
        yield f"{language}: no longer in the source: {id}"
    for message in catalog:
        if message.id and (problem := _problem(message)):
            yield f"{language}: {problem}: {_text(message)}"
    if _strings(catalog) != _strings(_compiled(language)):
        yield f"{language}: django.mo is not compiled from django.po"


def _keys(catalog: Catalog) -> set[tuple[str, str]]:
    return {(message.context or "", _text(message)) for message in catalog if message.id}


def _text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> Sequence[str]:
    return [message.string] if isinstance(message.string, str) else message.string


def _problem(message: Message) -> str:
    ids = [message.id] if isinstance(message.id, str) else message.id
    forms = _forms(message)
    if message.fuzzy:
        return "fuzzy"
    if not all(forms):
        return "not translated"
    allowed = [_placeholders(id) for id in ids]
    if any(_placeholders(form) not in allowed for form in forms):
        return "other placeholders"
    if any(ENDS.findall(form) != ENDS.findall(ids[0]) for form in forms):
        return "other blanks at its ends"
    return ""


def _placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))
