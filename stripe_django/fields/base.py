"""What every field of a mirrored model has beside Django's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from django.core import checks
from django.db import models
from django.utils.choices import normalize_choices
from django.utils.translation import pgettext_lazy

Source = str | Callable[[Mapping[str, Any]], Any]

ELSEWHERE = ""  # for ``lives_in``: in an account that the payload does not name

LABEL_CONTEXT = "field"  # apart from the same words in other catalogs of a project

NOT_IN_MIGRATIONS = ("help_text", "verbose_name", "choices", "blank", "decoder")


MISSING = object()


class Labelled(models.Field):
    """A column whose label, which Django derives from its name, is in the active language.

    There are thousands, in each process of a project: an attribute that has the value of its class
    is left to the class, which halves what a column takes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = type(self)
        self.__dict__ = {
            name: value
            for name, value in vars(self).items()
            if getattr(own, name, MISSING) is not value
        }

    @property
    def choices(self) -> Any:
        return self._choices

    @choices.setter
    def choices(self, value: Any) -> None:
        self._choices = None if value is None else normalize_choices(value)

    def set_attributes_from_name(self, name: str) -> None:
        is_derived = self.verbose_name is None
        super().set_attributes_from_name(name)
        if is_derived:
            self.verbose_name = _label(str(self.verbose_name))


@cache
def _label(text: str) -> Any:
    return pgettext_lazy(LABEL_CONTEXT, text)


for _name, _value in vars(models.Field()).items():  # what a column without options has
    if isinstance(_value, bool | str | type | None) and not hasattr(Labelled, _name):
        setattr(Labelled, _name, _value)


class PlainInMigrations(Labelled):
    """A column that migrations know as the plain Django field, without what is for readers.

    So they stay the same when help text, choices or a source change.
    """

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        for option in NOT_IN_MIGRATIONS:
            kwargs.pop(option, None)
        return name, f"django.db.models.{self.get_internal_type()}", args, kwargs


class StripeField(PlainInMigrations):
    """A column filled from a payload.

    ``source`` says where the value comes from when it is not the key of the field's own name: a
    dotted path, a pure function of the payload, or a tuple of these, of which the first that
    gives a value wins. ``lives_in`` is for objects of another account than the payload's own: the
    path of that account's id, or ``ELSEWHERE``. ``on_request`` marks a key that Stripe sends only
    on request, so that its absence leaves the column alone. ``expand`` is the path that reads ask
    Stripe to expand, where objects stand by their ids that have no address of their own.
    ``retired`` marks a key that today's API no longer has.
    """

    source: tuple[Source, ...] = ()
    lives_in: str | None = None
    on_request = False
    expand = ""
    retired = False
    null = True
    blank = True

    def __init__(
        self,
        *,
        source: Source | tuple[Source, ...] = (),
        lives_in: str | None = None,
        on_request: bool = False,
        expand: str = "",
        retired: bool = False,
        **kwargs: Any,
    ) -> None:
        self.source = source if isinstance(source, tuple) else (source,)
        self.lives_in = lives_in
        self.on_request = on_request
        self.expand = expand
        self.retired = retired
        super().__init__(**{"null": True, "blank": True} | kwargs)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        return self.source or (self.name,)

    @cached_property
    def payload_key(self) -> str | None:
        """The top-level key of the payload that this column holds; ``None`` if there is none."""
        first = self.sources[0] if self.sources else None
        return first if isinstance(first, str) and "." not in first else None

    def from_payload(self, value: Any) -> Any:
        """The column's value for a value of the payload; ``None`` if the column cannot hold it."""
        raise NotImplementedError

    def to_payload(self, value: Any) -> Any:
        """The value of the payload for a value of the column."""
        return value

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_source()]

    def _check_source(self) -> list[checks.CheckMessage]:
        if self.source != (self.name,):
            return []
        return [
            checks.Error(
                f"source={self.name!r} repeats the field's own name.",
                hint="Remove it: the key of the field's name is the default.",
                obj=self,
                id="stripe_django.E001",
            )
        ]
