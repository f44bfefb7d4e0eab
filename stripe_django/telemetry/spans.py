"""Spans, which may also record their duration as a metric."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from . import api, names
from .metrics import Attributes, Histogram


class Span:
    """Nothing, without OpenTelemetry."""

    __slots__ = ()

    def set(self, name: str, value: str | int) -> None:
        """Set an attribute."""

    def fail(self, error: BaseException | str) -> None:
        """Mark it as failed, with the type of the error alone: messages may have anything."""

    def end(self) -> None:
        """End it, if it was begun with ``begin``."""

    @contextmanager
    def current(self) -> Iterator[None]:
        """Spans that begin meanwhile are its children."""
        yield

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


NOTHING = Span()


class _Recording(Span):
    __slots__ = ("_attributes", "_begun", "_duration", "_span", "_token")

    def __init__(self, name: str, attributes: Attributes, duration: Histogram | None) -> None:
        kinds = api.trace.SpanKind
        kind = kinds.CLIENT if names.SPANS[name].is_client else kinds.INTERNAL
        self._attributes: dict[str, str | int] = {**attributes}
        self._duration = duration
        self._span: Any = api.tracer().start_span(name, kind=kind, attributes=self._attributes)
        self._begun = time.perf_counter()
        self._token: Any = None

    def set(self, name: str, value: str | int) -> None:
        self._attributes[name] = value
        self._span.set_attribute(name, value)

    def fail(self, error: BaseException | str) -> None:
        kind = error if isinstance(error, str) else type(error).__name__
        self.set(names.ERROR_TYPE, kind)
        self._span.set_status(api.trace.StatusCode.ERROR, kind)

    def end(self) -> None:
        if self._duration is not None:
            self._duration.record(time.perf_counter() - self._begun, self._attributes)
        self._span.end()

    @contextmanager
    def current(self) -> Iterator[None]:
        token = self._attach()
        try:
            yield
        finally:
            api.context.detach(token)

    def _attach(self) -> Any:
        return api.context.attach(api.trace.set_span_in_context(self._span))

    def __enter__(self) -> Span:
        self._token = self._attach()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.fail(error)
        api.context.detach(self._token)
        self.end()


def span(name: str, attributes: Attributes = {}, duration: Histogram | None = None) -> Span:  # noqa: B006
    """A span for a ``with`` block; ``duration`` records how long it took."""
    return _Recording(name, attributes, duration) if api.is_installed else NOTHING


def begin(name: str, attributes: Attributes = {}) -> Span:  # noqa: B006
    """A span that is not the current one, and ends with ``end()``: for generators, whose parts may
    run in several threads.
    """
    return span(name, attributes)
