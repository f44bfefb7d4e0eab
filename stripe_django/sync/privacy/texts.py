"""What is stored beside the rows: bodies of events, and errors that may quote anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet

from stripe_django import exact_json
from stripe_django.models import (
    HandlerRun,
    InboxEvent,
    MirroredAccount,
    PendingRead,
    SyncRange,
    SyncRun,
    Verification,
)
from stripe_django.privacy.error_text import without_messages
from stripe_django.privacy.policy import Policy
from stripe_django.sync.database import keyset, retries
from stripe_django.sync.mapping.json_text import literal

BATCH = 100  # rows in one transaction

Change = Callable[[str], str]

ERRORS: tuple[tuple[type[Model], str], ...] = (
    (InboxEvent, "reason"),
    (HandlerRun, "error"),
    (PendingRead, "error"),
    (MirroredAccount, "error"),
    (SyncRun, "error"),
    (SyncRange, "error"),
    (Verification, "error"),
)


def rewrite_errors(using: str) -> int:
    """Remove the messages of others' errors; returns how many had one."""
    return sum(_rewrite(model, name, without_messages, using) for model, name in ERRORS)


def rewrite_bodies(policy: Policy, using: str) -> int:
    """Withhold from the bodies of events that wait or failed; returns how many had anything."""

    def withheld(text: str) -> str:
        body = exact_json.decode(text)
        image = policy.withhold(body)
        return text if image == body else literal(image)

    return _rewrite(InboxEvent, "body", withheld, using)


def _rewrite(model: type[Model], name: str, change: Change, using: str) -> int:
    """Change one column; a row that another process changes meanwhile is left to that."""
    changed = 0
    rows: QuerySet[Any] = model._default_manager.using(using).exclude(**{name: ""})
    for batch in keyset.batches(rows.only("pk", name), BATCH):
        texts = {row.pk: getattr(row, name) for row in batch}
        new = {pk: (text, found) for pk, text in texts.items() if (found := change(text)) != text}
        for attempt in retries.transactions(using):
            with attempt:
                counts = [
                    model._default_manager.using(using)
                    .filter(pk=pk, **{name: old})
                    .update(**{name: text})
                    for pk, (old, text) in new.items()
                ]
        changed += sum(counts)
    return changed
