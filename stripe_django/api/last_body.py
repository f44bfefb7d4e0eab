"""The body of the last successful response in this thread, or in this coroutine."""

from __future__ import annotations

from contextvars import ContextVar

_body: ContextVar[bytes] = ContextVar("body")

get = _body.get
keep = _body.set
