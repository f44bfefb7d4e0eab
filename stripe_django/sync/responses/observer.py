"""What happens with each response before the project gets it."""

from __future__ import annotations

import logging

from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.exceptions import StripeDjangoError
from stripe_django.privacy.error_text import log_exception
from stripe_django.sync import open_writes
from stripe_django.sync.database.threads import outside_loop

from . import failures
from .write import NOT_APPLIED, write

ERROR = 400

logger = logging.getLogger(__name__)


def observe(sent: SentRequest, response: Response) -> None:
    """Write a response. It never raises: the project gets the response, whatever fails here."""
    outside_loop(lambda: _observe(sent, response))


def _observe(sent: SentRequest, response: Response) -> None:
    try:
        open_writes.try_to_collect()
        if response.error is None and response.status < ERROR:
            write(sent, response)
        elif failures.may_have_changed(sent, response):
            failures.read_later(sent, response)
    except StripeDjangoError as error:
        logger.warning("The response to %s %s was not applied: %s", sent.method, sent.path, error)
    except Exception:  # of any kind: what the project asked for has happened at Stripe
        log_exception(logger, NOT_APPLIED, sent.method, sent.path)
