"""Strings as Stripe sends them: codes of at most 255 characters, and text of any length."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core import checks
from django.db import models

from .base import StripeField

CODE_LENGTH = 255
ADDRESS_LENGTH = 512  # as Stripe limits a customer's


def is_storable(text: str) -> bool:
    """False for the strings that a database refuses: with a NUL, or with half a surrogate pair."""
    if "\0" in text:
        return False
    if text.isascii():  # known to the string itself: no need to look at its characters
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class CodeField(StripeField, models.CharField):
    """A short string that is meant for machines: a status, a country, four digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": CODE_LENGTH} | kwargs)

    def from_payload(self, value: Any) -> str | None:
        if type(value) is str and len(value) <= CODE_LENGTH and is_storable(value):
            return value
        return None


class CurrencyField(CodeField):
    """A lower-case three-letter ISO 4217 code; any other code that Stripe sends is stored too."""


class EnumField(CodeField):
    """One of a set of codes that Stripe may extend at any time.

    ``choices`` give readers a label; any other value is stored and shown as it is. ``final`` are
    the codes that an object never leaves: a snapshot with one of them is the newer one of two that
    were true at the same time.
    """

    def __init__(self, *, final: Collection[str] = (), **kwargs: Any) -> None:
        self.final = frozenset(final)
        super().__init__(**kwargs)


class ObjectIdField(CodeField):
    """The id of an object of one of several types, embedded or given by its id.

    ``owned`` is true if an embedded object belongs to this one; see ``HashField``.
    """

    def __init__(self, *, owned: bool | None = None, **kwargs: Any) -> None:
        self.owned = owned
        super().__init__(**kwargs)

    def from_payload(self, value: Any) -> str | None:
        return super().from_payload(value.get("id") if type(value) is dict else value)


class LongText(StripeField):
    """Text without a limit: Django's own limits are shorter than what Stripe sends."""

    def from_payload(self, value: Any) -> str | None:
        return value if type(value) is str and is_storable(value) else None

    def get_internal_type(self) -> str:
        return "TextField"

    def _check_max_length_attribute(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return []

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs


class TextField(LongText, models.TextField):
    """Text that a person wrote or reads."""


class StringField(LongText, models.CharField):
    """A single line of any length: a name, a description, an address line."""


class EmailField(LongText, models.EmailField):
    """An e-mail address as Stripe has it: not validated, of any length."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": None} | kwargs)


class IndexedEmailField(StripeField, models.EmailField):
    """An e-mail address that rows are looked up by; a longer one than an index takes stays in
    ``extra``.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": ADDRESS_LENGTH} | kwargs)

    def from_payload(self, value: Any) -> str | None:
        if type(value) is str and len(value) <= ADDRESS_LENGTH and is_storable(value):
            return value
        return None


class URLField(LongText, models.URLField):
    """A web address as Stripe has it: not validated, of any length."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": None} | kwargs)
