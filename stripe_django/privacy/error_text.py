"""Errors as text. Under a policy, without the messages of others, which may quote personal data."""

from __future__ import annotations

import logging
import re
import sys
import traceback

from stripe_django import exceptions
from stripe_django.exceptions import StripeDjangoError

from .configured import policy_in_force

# How a stored error begins: the class, behind what it is about.
ERROR = re.compile(
    r"\b(\w+(?:Error|Exception|DoesNotExist|Warning|Timeout)): (?!\(message withheld)"
)
FRAME = re.compile(r'  File "[^"]*", line \d+, in \S+')
TRACEBACK = "Traceback (most recent call last):"

HIDDEN = "(message withheld by PRIVACY)"
CODES = ("sqlstate", "pgcode", "http_status", "code", "request_id")  # of drivers and Stripe's SDK


def message_of(error: BaseException) -> str:
    """The message of an error, or what says as much without the values in it."""
    if _may_be_shown(error):
        return str(error)
    return " ".join([HIDDEN, *_codes(error)])


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


def log_exception(logger: logging.Logger, message: str, *args: object) -> None:
    """``logger.exception``, for the error that is being handled."""
    error = sys.exc_info()[1]
    if error is None or _shows_all():
        logger.exception(message, *args)
    else:
        logger.error(f"{message}\n%s", *args, _traceback_of(error))


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


def _codes(error: BaseException) -> list[str]:
    """What names the error without its message: SQLSTATE, MySQL's number, Stripe's code."""
    found = [str(getattr(each, name, None) or "") for each in _causes(error) for name in CODES]
    numbers = [each.args[0] for each in _causes(error) if each.args and type(each.args[0]) is int]
    return list(dict.fromkeys([*filter(None, found), *map(str, numbers)]))


def _causes(error: BaseException) -> list[BaseException]:
    return [each for each in (error, error.__cause__) if each is not None]
