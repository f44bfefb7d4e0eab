"""Which account a row lives in, after another snapshot: identity, and not content.

Only the root object of an event, a list or a read establishes it, whatever becomes of the content.
What was nested in another object fills in an unknown account, and never changes a known one.
"""

from __future__ import annotations

from dataclasses import replace

from stripe_django.sync.mapping.rows import COPY, Row
from stripe_django.sync.mapping.schema import schema_for


def account_after(seen: str | None, row: Row) -> str | None:
    """The account of a stored row once the snapshot is there."""
    return row.account if row.establishes_account or seen is None else seen


def within(seen: str | None, row: Row) -> Row:
    """The snapshot as it counts for a row of an account.

    One that was mapped for another account refers to that account's customers and prices, so it
    changes nothing.
    """
    is_other = row.account != seen and not row.establishes_account and seen is not None
    return replace(row, moment=COPY) if is_other else row


def is_misread(seen: str | None, row: Row) -> bool:
    """Whether a stored row whose content stays was mapped for another account than its own.

    Then references may be those of the other account, so a read has to replace them.
    """
    return account_after(seen, row) != seen and schema_for(row.model).has_qualified_references
