"""The methods that make the fake fail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Unpack

from ..http.protocol import Request, Response, error
from .declines import Decline
from .fault import Fault, When


class FaultControl:
    """Faults apply in the order in which they were added; each method takes a ``When``."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def fail(
        self,
        *,
        status: int = 500,
        message: str = "",
        retry_after: int | str | None = None,
        code: str = "",
        param: str = "",
        performs: bool = False,
        **when: Unpack[When],
    ) -> None:
        """Respond with an error in Stripe's form; ``retry_after`` is in seconds, or the value of
        the header. With ``performs``, the request is carried out first, as where a server fails
        after its work; a repeated idempotency key gets the same error again.
        """
        details = {"code": code, "param": param}
        response = error(status, message, **{key: value for key, value in details.items() if value})
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._faults.append(Fault(when, response, headers, performs=performs))

    def decline(
        self,
        *,
        code: str = "card_declined",
        decline_code: str = "generic_decline",
        message: str = "Your card was declined.",
        **when: Unpack[When],
    ) -> None:
        """Decline the card: requests that charge one get the status 402.

        These are the creation of a charge or a subscription, the payment of an invoice, and the
        creation with ``confirm`` or the confirmation of a payment intent. The error names the
        failed charge, and has the payment intent, which both exist from then on.
        """
        declined = Decline(code, decline_code, message)
        self._faults.append(Fault(when, decline=declined))

    def answer(
        self,
        body: Any,
        *,
        status: int = 200,
        headers: Mapping[str, str | None] | None = None,
        **when: Unpack[When],
    ) -> None:
        """Respond with this body: JSON, or text or bytes as they are. ``None`` drops a header."""
        self._faults.append(Fault(when, Response(body, status), headers or {}))

    def send_headers(self, headers: Mapping[str, str | None], **when: Unpack[When]) -> None:
        """Respond as usual, but with other headers; ``None`` drops one (``{"Date": None}``)."""
        self._faults.append(Fault(when, headers=headers))

    def cut(self, *, after_bytes: int = 0, **when: Unpack[When]) -> None:
        """Carry out the request, and break the connection within the body of the response, or
        before anything of it is sent.
        """
        self._faults.append(Fault(when, cut=after_bytes))

    def slow(self, seconds: float, **when: Unpack[When]) -> None:
        """Respond as usual, but late. The client of the SDK fails at once if its time limit is
        shorter."""
        self._faults.append(Fault(when, delay=seconds))

    def hang(self, **when: Unpack[When]) -> None:
        """Never respond, so that the client reaches its time limit."""
        self._faults.append(Fault(when, delay=math.inf))

    def recover(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def _fault_of(self, request: Request) -> Fault | None:
        return next((fault for fault in self._faults if fault.takes(request)), None)
