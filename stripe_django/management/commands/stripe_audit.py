"""``manage.py stripe_audit``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.audit.compare import audit
from stripe_django.audit.findings import Audit
from stripe_django.conf import OPTIONS
from stripe_django.management.base import StripeCommand


class Command(StripeCommand):
    """Prints the totals and the differences; fails if there are any."""

    help = gettext_noop(
        "Compare the models with the objects, fields and types of events that the"
        " installed stripe package declares. Needs no network and no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help=_("Print the result as one JSON object.")
        )
        parser.add_argument(
            "--omitted", action="store_true", help=_("List the omitted objects, with reasons.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), indent=2))
        else:
            self._print(found, omitted=options["omitted"])
        if found.findings:
            raise CommandError(
                _("%(count)s unaccounted for.") % {"count": intcomma(len(found.findings))}
                + _excuse(found)
            )

    def _print(self, found: Audit, *, omitted: bool) -> None:
        for finding in found.findings:
            self.stdout.write(f"{finding.kind:11}{finding}")
        rules = sorted(found.rules.items(), key=itemgetter(1), reverse=True)
        lines = [
            f"stripe {found.sdk_version}, API {found.api_version}",
            _("%(objects)s objects: %(modelled)s are models, %(count)s are omitted on purpose")
            % {
                "objects": intcomma(found.objects).rjust(6),
                "modelled": intcomma(found.modelled),
                "count": intcomma(len(found.omitted)),
            },
            _("%(fields)s fields of these models") % {"fields": intcomma(found.fields).rjust(6)},
            *(f"{intcomma(count):>8} {rule}" for rule, count in rules),
            _("%(retired)s columns of keys that only older versions of the API send")
            % {"retired": intcomma(found.retired).rjust(6)},
            _("%(event_types)s types of events")
            % {"event_types": intcomma(found.event_types).rjust(6)},
        ]
        self.stdout.write("\n".join(lines))
        if omitted:
            width = max(map(len, found.omitted), default=0)
            for name, reason in sorted(found.omitted.items()):
                self.stdout.write(f"{name:{width}}  {reason}")


def _excuse(found: Audit) -> str:
    """Why there may be findings that need no care."""
    pinned = OPTIONS["API_VERSION"].default
    if found.api_version == pinned:
        return ""
    return " " + _(
        "The models are those of API %(pinned)s, so differences from another version"
        " are expected; unknown fields are stored in extra."
    ) % {"pinned": pinned}
