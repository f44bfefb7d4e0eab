"""Sent for events, for metrics and alerts; exceptions in receivers are logged and stop nothing.

Those about events are sent with ``sender=InboxEvent`` and ``event``, the ``InboxEvent``.
"""

from django.dispatch import Signal

event_received = Signal()  # stored; event_applied follows if it is applied
event_applied = Signal()  # applied or ignored: see its ``status``
event_failed = Signal()  # an attempt failed; its ``reason`` has the error
event_dead_lettered = Signal()  # also failed, and is no longer retried
handler_dead_lettered = Signal()  # sender=HandlerRun, and ``run``
refetch_dead_lettered = Signal()  # sender=PendingRead, and ``read``
poll_horizon_near = Signal()  # sender=Alert; ``indicator`` says how old the last poll is
verification_differs = Signal()  # sender=Alert; ``indicator`` says what differs
