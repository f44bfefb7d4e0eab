"""What happens with each response before the project gets it."""

from __future__ import annotations

from stripe_django import logs
from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.api.url_template import url_template
from stripe_django.exceptions import StripeDjangoError
from stripe_django.sync import open_writes
from stripe_django.sync.database.threads import outside_loop

from . import failures
from .write import write

ERROR = 400


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
        logs.RESPONSE_NOT_APPLIED(error, method=sent.method, path=url_template(sent.path))
    except Exception as error:  # of any kind: what the project asked for has happened at Stripe
        logs.RESPONSE_FAILED(error, method=sent.method, path=url_template(sent.path))
