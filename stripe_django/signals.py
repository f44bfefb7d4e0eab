"""Sent for events, for metrics; exceptions in receivers are logged and stop nothing.

Each is sent with ``sender=InboxEvent`` and ``event``, the ``InboxEvent``.
"""

from django.dispatch import Signal

event_received = Signal()  # stored; event_applied follows if it is applied
event_applied = Signal()  # applied or ignored: see its ``status``
event_failed = Signal()  # an attempt failed; its ``reason`` has the error
