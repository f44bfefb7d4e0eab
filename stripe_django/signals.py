"""Sent for metrics and alerts; exceptions in receivers are logged and stop nothing.

Those of events are sent with ``sender=InboxEvent`` and ``event``, the ``InboxEvent``;
``verification_finished`` with ``sender=Verification`` and ``verification``; those of alerts with
``sender=Alert`` and ``indicator``, which says what was found.
"""

from django.dispatch import Signal

event_received = Signal()  # stored; event_applied follows if it is applied
event_applied = Signal()  # applied or ignored: see its ``status``
event_failed = Signal()  # an attempt failed; its ``reason`` has the error
event_dead_lettered = Signal()  # also failed, and is no longer retried
handler_dead_lettered = Signal()  # the same of a handler; ``run`` is the HandlerRun
refetch_dead_lettered = Signal()  # the same of a refetch; ``read`` is the PendingRead
verification_finished = Signal()  # of one object in one account: see its ``differences``
poll_horizon_near = Signal()  # an alert: Stripe soon no longer lists what is not here
verification_differs = Signal()  # an alert: the last verifications have found differences
