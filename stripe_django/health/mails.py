"""The mails to ``ADMINS`` about raised alerts: one each, by one process."""

from __future__ import annotations

from contextlib import closing
from threading import Thread

from django.core.mail import mail_admins
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import logs
from stripe_django.api import request_limit
from stripe_django.models import Alert
from stripe_django.sync.backoff import next_attempt
from stripe_django.sync.database import claims

THREAD = "stripe_django_mail"
END = gettext_noop(
    "stripe_status shows all of it. No other mail about this follows until it has recovered."
)


def send_due(using: str) -> None:
    """Send what was not sent; errors are logged, and retried later.

    A request does not wait for the mail server: Stripe waits for the request.
    """
    names = list(_due(using).values_list("name", flat=True))
    if names and request_limit.is_active():
        Thread(target=_send_apart, args=(names, using), name=THREAD).start()
        return
    for name in names:
        _send(name, using)


def _due(using: str) -> QuerySet[Alert]:
    raised = Alert.objects.using(using).exclude(raised_at=None).filter(mailed_at=None)
    return claims.unclaimed(claims.due(raised))


def _send_apart(names: list[str], using: str) -> None:
    with closing(connections[using]):
        for name in names:
            _send(name, using)


def _send(name: str, using: str) -> None:
    if not claims.claim(_due(using).filter(name=name)):
        return
    mine = Alert.objects.using(using).filter(name=name)
    alert = mine.get()
    try:
        mail_admins(
            f"Stripe: {alert.text.partition('. ')[0]}",
            f"{alert.text}\n\n{_(END)}",
        )
    except Exception as error:  # of any kind: mail backends raise their own
        logs.ALERT_NOT_MAILED(error, alert=name)
        again = next_attempt(alert.attempts)
        mine.filter(mailed_at=None).update(next_attempt_at=again, claimed_at=None)
    else:
        mine.update(mailed_at=timezone.now(), next_attempt_at=None, claimed_at=None)
