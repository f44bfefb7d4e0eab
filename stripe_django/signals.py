"""Sent for metrics; exceptions in receivers are logged and stop nothing.

Those of events are sent with ``sender=InboxEvent`` and ``event``, the ``InboxEvent``;
``verification_finished`` with ``sender=Verification`` and ``verification``.
"""

from django.dispatch import Signal

event_received = Signal()  # stored; event_applied follows if it is applied
event_applied = Signal()  # applied or ignored: see its ``status``
event_failed = Signal()  # an attempt failed; its ``reason`` has the error
verification_finished = Signal()  # of one object in one account: see its ``differences``
