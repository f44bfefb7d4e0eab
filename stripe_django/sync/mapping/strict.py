"""The few payloads that have something in them that must not be stored, or cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, ENCODED, RESERVED

from . import redaction
from .columns import Column
from .context import Context
from .fast import Snapshot, SuspiciousError
from .json_text import encode, literal
from .values import MISSING


def snapshot_of(model: type[StripeModel], payload: Mapping[str, Any], context: Context) -> Snapshot:
    try:
        return Snapshot(model, payload, context)
    except SuspiciousError:
        return CarefulSnapshot(model, payload, context)


@dataclass(slots=True)
class CarefulSnapshot(Snapshot):
    """A snapshot that looks at each value: secrets are taken out, and the rest is kept safe."""

    def values(self) -> list[Any]:
        return [self.value(each, self._sent(each)) for each in self.plan.columns]

    def _sent(self, column: Column) -> Any:
        sent = MISSING if column.key is None else self.payload.get(column.key, MISSING)
        return redaction.without_secrets(sent) if isinstance(sent, str) else sent

    def json(self, column: Column, sent: Any, key: str | None) -> str | None:
        name = redaction.owner(self.payload, key) or self.model.stripe.object_name
        text = encode(sent)
        if column.is_kinds and text is not None and redaction.OBJECT in text:
            self.unvisited.update(sent)
        if key and not column.is_opaque and (text is None or redaction.OBJECT in text):
            self.unvisited[key] = sent
        if text is not None and key != "metadata" and redaction.mentioned(text, name):
            return encode(redaction.without_secrets(sent, name))
        return text

    def extra_text(self) -> str:
        """Value by value: what some database refuses goes into one string."""
        known, kinds = self.plan.known, self.kinds
        unknown = {
            key: value
            for key, value in self.payload.items()
            if key not in known and key not in kinds
        }
        self.unvisited.update(unknown)
        kept = redaction.without_secrets(self.extra | unknown, self.model.stripe.object_name)
        safe: dict[str, Any] = {}
        unsafe: dict[str, Any] = {}
        for key, value in kept.items():
            refused = key in RESERVED or encode({key: value}) is None
            (unsafe if refused else safe)[key] = value
        if self.absent:
            safe[ABSENT] = self.absent
        if unsafe:
            safe[ENCODED] = literal(unsafe)
        text = encode(safe)
        assert text is not None  # each of its parts was encoded above
        return text

    def inspect(self, image: str, values: list[Any], extra: str) -> None:
        """Each value was looked at by itself."""
