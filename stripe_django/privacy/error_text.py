"""Errors as text. Under a policy, without the messages of others, which may quote personal data."""

from __future__ import annotations

import re
import sys
import traceback

from stripe_django import exceptions, logs
from stripe_django.exceptions import StripeDjangoError

from .configured import policy_in_force

# How a stored error begins: the class, behind what it is about.
ERROR = re.compile(
    r"\b(\w+(?:Error|Exception|DoesNotExist|Warning|Timeout)): (?!\(message withheld)"
)
FRAME = re.compile(r'  File "[^"]*", line \d+, in \S+')
TRACEBACK = "Traceback (most recent call last):"

HIDDEN = "(message withheld by PRIVACY)"


def message_of(error: BaseException) -> str:
    """The message of an error, or what says as much without the values in it."""
    if _may_be_shown(error):
        return str(error)
    return " ".join([HIDDEN, *map(str, logs.codes_of(error).values())])


def described(error: BaseException) -> str:
    return f"{type(error).__name__}: {message_of(error)}"


def traceback_text() -> str:
    """The traceback of the error that is being handled."""
    return _traceback_of(sys.exc_info()[1])


def without_messages(text: str) -> str:
    """A stored error or traceback, without the messages of others' errors."""
    if TRACEBACK in text or FRAME.search(text):
        frames = (line for line in text.splitlines() if FRAME.fullmatch(line))
        return "\n".join([TRACEBACK, *frames, HIDDEN])
    found = ERROR.search(text)
    if found is None or issubclass(getattr(exceptions, found[1], Exception), StripeDjangoError):
        return text
    return f"{text[: found.start()]}{found[1]}: {HIDDEN}"


def _traceback_of(error: BaseException | None) -> str:
    if _shows_all():
        return "".join(traceback.format_exception(error))
    chain, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        chain.append("".join(traceback.format_tb(error.__traceback__)) + described(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(chain))


def _may_be_shown(error: BaseException) -> bool:
    return isinstance(error, StripeDjangoError) or _shows_all()


def _shows_all() -> bool:
    try:
        return policy_in_force() is None
    except StripeDjangoError:  # a wrong policy: then nothing is stored
        return False
