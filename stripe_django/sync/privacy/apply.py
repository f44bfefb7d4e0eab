"""``stripe_privacy apply``: everything that is stored, brought to the policy in force."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.exceptions import PrivacyError
from stripe_django.sync import home
from stripe_django.sync.events import store
from stripe_django.sync.writer.report import Failure

from . import texts
from .rows import Notify, Rewrite


@dataclass(slots=True)
class Applied:
    """How many rows of each object were written again, and how many bodies and errors."""

    version: str
    rows: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    errors: int = 0
    failures: list[Failure] = field(default_factory=list)


def apply(*, whole: bool = False, notify: Notify = lambda name, count: None) -> Applied:
    """Withhold what the policy in force withholds from all that was stored under another one.

    It can be interrupted and called again. With ``whole``, rows of the same policy are written
    again too: after an upgrade that knows more keys. Raises ``PrivacyError`` without a policy: what
    is not stored can only be read from Stripe again.
    """
    using = store.using()
    mine = home.of_payload(using, None)
    if mine.policy is None:
        raise PrivacyError(
            _(
                "PRIVACY withholds nothing. What a former policy withheld is not stored: read"
                " it again, with stripe_sync --full."
            )
        )
    applied = Applied(mine.policy.version)
    applied.bodies = texts.rewrite_bodies(mine.policy, using)
    applied.errors = texts.rewrite_errors(using)
    for model in registry.models():
        work = Rewrite(model, mine, using, whole, notify)
        work.run()
        if work.written:
            applied.rows[model.stripe.object_name] = work.written
        applied.failures += work.failures
    return applied
