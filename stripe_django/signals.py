"""Sent as an event comes along, for metrics; receivers that raise are logged and stop nothing.

Each is sent with ``sender=InboxEvent`` and ``event``, the ``InboxEvent``.
"""

from django.dispatch import Signal

event_received = Signal()  # stored; maybe applied with that, of which a signal follows
event_applied = Signal()  # applied or ignored; its ``status`` says which
event_failed = Signal()  # not this time; its ``reason`` says why
