from __future__ import annotations

from stripe_django import fields

from .inbox import QueuedWork


class Alert(QueuedWork):
    """One alert, and whether it is raised: so that many processes send one mail.

    ``attempts`` and what follows are those of the mail.
    """

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    name = fields.InternalCodeField(
        max_length=32, unique=True, help_text="What it is about, such as dead_lettered."
    )
    raised_at = fields.InternalTimeField(
        null=True, help_text="When it was raised; unset while there is nothing to do."
    )
    recovered_at = fields.InternalTimeField(null=True, help_text="When it last ended.")
    text = fields.InternalTextField(default="", help_text="What was found when it was raised.")
    mailed_at = fields.InternalTimeField(
        null=True, help_text="When ADMINS were mailed about it; unset if they were not."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
