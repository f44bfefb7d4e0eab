"""Checks of the keys that the erasures of customers are hashed with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import router
from django.utils.translation import gettext as _

from stripe_django.exceptions import ErasureKeyError
from stripe_django.models import Home
from stripe_django.sync.writer.withholding import keys

from .accounts import known_home


def check_erasures(databases: Sequence[str] | None = None, **kwargs: Any) -> Iterator[CheckMessage]:
    using = router.db_for_write(Home)
    mine = known_home(using) if using in (databases or ()) else None
    try:
        keys.named(mine.erasure_keys if mine else "")
    except ErasureKeyError as error:
        yield Error(
            str(error),
            hint=_("SECRET_KEY was changed after customers were erased; docs: Erasing a customer."),
            id="stripe_django.E036",
        )
