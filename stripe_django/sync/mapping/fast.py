"""One payload to one row: its columns, and ``extra`` for what these do not give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from stripe_django.models.extra import ABSENT

from . import nested_lists, redaction
from .columns import Column
from .copy_text import line
from .json_text import encode_all, encode_quickly, is_suspicious
from .rows import UNKNOWN_TIME, Row
from .type_profiles import fit
from .values import MISSING, Values

NOTHING: frozenset[str] = frozenset()
DIGEST_SIZE = 16  # bytes, of which the column has two characters each
STUB_KEYS = frozenset({"id", "object", "deleted"})


class SuspiciousError(Exception):
    """This payload has to be mapped with care."""


@dataclass(slots=True)
class Snapshot(Values):
    """One payload on its way to one row.

    Nearly all payloads are safe to store as they are. So no value is looked at by itself, but the
    row as one line of text; ``SuspiciousError`` is raised where that could have something in it
    that must not be stored, or that some database refuses.
    """

    row: Row = field(init=False)
    encoded: dict[int, tuple[Any, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super(Snapshot, self).__post_init__()  # slots make another class of it
        self.row = self._row()

    @property
    def absent(self) -> tuple[str, ...]:
        """The keys of columns that the payload lacks."""
        return self.shape.absent

    def _row(self) -> Row:
        moment = self.context.moment
        is_deleted = moment.deleted or self.payload.get("deleted") is True
        self._identify()
        values = self.values()
        extra = self.extra_text()
        image = line([extra, *values])
        self.inspect(image, values, extra)
        return Row(
            model=self.model,
            stripe_id=self.stripe_id,
            account=self.context.account,
            moment=moment,
            digest=_digest(image),
            extra=extra,
            values=values,
            line=image,
            has_content=not (is_deleted and self.payload.keys() <= STUB_KEYS),
            deleted_at=(moment.as_of or UNKNOWN_TIME) if is_deleted else None,
            preserved_columns=self._preserved_columns(),
            links=self._links(),
            partial_links=nested_lists.partial(self.plan, self.payload)
            if self.plan.links
            else NOTHING,
            incomplete=list(nested_lists.incomplete(self.shape.parts, self.payload)),
        )

    def _identify(self) -> None:
        for key, stored in (("id", self.stripe_id), ("object", self.model.OBJECT_NAME)):
            sent = self.payload.get(key, stored)
            if sent != stored:
                self.extra[key] = sent

    def _links(self) -> dict[str, list[str]]:
        if not self.plan.links:
            return {}
        return dict(nested_lists.linked(self.plan, self.payload, self.reference))

    def _preserved_columns(self) -> frozenset[str]:
        """The columns of which this payload says nothing, so that they stay as they are."""
        on_request = self.shape.on_request
        if not self.plan.from_parent:
            return on_request
        parent = self.context.parent.reference if self.context.parent else None
        return on_request.union(
            each.attname for each in self.plan.from_parent if each.name != parent
        )

    def values(self) -> list[Any]:
        """The value of each column; what these do not give back is noted in ``extra``."""
        payload = self.payload
        values = list(map(payload.get, self.plan.keys))
        known = fit(self.model, tuple(map(type, values)))
        for each in known.bounded:
            for index, column in each.misfits(values):
                values[index] = self.value(column, values[index])
        for index, column in known.converted:
            values[index] = self._converted_value(column, values[index])
        if known.hashes:
            self._encode(known.hashes, values)
        for index, source, column in known.copies:
            values[index] = values[source]
            if column.key in payload:
                self._keep(column, None)
        for index, column in known.rest:
            values[index] = self.value(column, payload.get(column.key, MISSING))
        self._refer_to_parent(values)
        return values

    def _encode(self, places: Sequence[int], values: list[Any]) -> None:
        found = [values[index] for index in places]
        texts = encode_all(found, decoded=self.context.decoded)
        if None in texts:
            raise SuspiciousError
        for index, text in zip(places, texts, strict=True):
            values[index] = text

    def _converted_value(self, column: Column, sent: Any) -> Any:
        value = column.field.from_payload(sent)
        if value is sent or (value is not None and column.field.to_payload(value) == sent):
            return value
        return self.value(column, sent)

    def _refer_to_parent(self, values: list[Any]) -> None:
        parent = self.context.parent
        if parent and parent.reference:
            index = self.plan.index[parent.reference]
            column = self.plan.columns[index]
            values[index] = self.value(column, self.payload.get(column.key, MISSING))

    def json(self, column: Column, sent: Any, key: str | None) -> str | None:
        """The text of a value, made once for all columns that hold it."""
        if self.encoded and (known := self.encoded.get(id(sent))):
            return known[1]
        text = self.text(sent)
        if column.fallbacks:
            self.encoded[id(sent)] = sent, text  # the value too, so that its id stays its own
        return text

    def text(self, value: Any) -> str:
        text = encode_quickly(value, decoded=self.context.decoded)
        if text is None:
            raise SuspiciousError
        return text

    def extra_text(self) -> str:
        if self.shape.is_odd:
            raise SuspiciousError
        kinds = self.kinds
        rest = {key: self.payload[key] for key in self.shape.unknown if key not in kinds}
        if not rest and not self.extra:
            return self.shape.extra
        if self.absent:
            rest[ABSENT] = self.absent
        return self.text(self.extra | rest)

    def inspect(self, image: str, values: list[Any], extra: str) -> None:
        """Look for what takes care, and for Stripe objects inside of columns."""
        name = redaction.owner(self.payload, "changes") or self.model.OBJECT_NAME
        if is_suspicious(image) or redaction.mentioned(image, name):
            raise SuspiciousError
        if redaction.OBJECT not in image:
            return
        for column, value in zip(self.plan.columns, values, strict=True):
            if column.is_json and value is not None and redaction.OBJECT in value:
                if column.is_kinds:
                    self.unvisited.update(self.kinds)
                elif column.key and self.payload.get(column.key) and not column.is_opaque:
                    self.unvisited[column.key] = self.payload[column.key]
        if redaction.OBJECT in extra:
            unknown = (key for key in self.shape.unknown if key not in self.kinds)
            self.unvisited.update((key, self.payload[key]) for key in unknown)


def _digest(image: str) -> str:
    """A short hash; lone surrogates, which no text may have that is stored, make it fail."""
    try:
        encoded = image.encode()
    except UnicodeEncodeError:
        raise SuspiciousError from None
    return blake2b(encoded, digest_size=DIGEST_SIZE).hexdigest()
