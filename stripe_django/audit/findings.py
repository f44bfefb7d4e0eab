"""What an audit found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is unaccounted for, with a category in ``kind``."""

    kind: str
    object: str
    field: str
    text: str

    def __str__(self) -> str:
        where = f"{self.object}.{self.field}" if self.field else self.object
        return f"{where}: {self.text}"


@dataclass(slots=True)
class Audit:
    """The totals of one audit; ``rules`` counts the fields by what accounts for them."""

    sdk_version: str
    api_version: str
    objects: int = 0
    modelled: int = 0
    omitted: dict[str, str] = field(default_factory=dict)
    fields: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    retired: int = 0
    event_types: int = 0
    findings: list[Finding] = field(default_factory=list)
