"""``manage.py stripe_audit``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from django.core.management.base import CommandError

from stripe_django.audit.compare import audit
from stripe_django.audit.findings import Audit
from stripe_django.conf import OPTIONS
from stripe_django.management.base import StripeCommand


class Command(StripeCommand):
    """Prints the totals and the differences; fails if there are any."""

    help = (
        "Compare the models with the objects, fields and types of events that the installed"
        " stripe package declares. Needs no network and no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="Print the result as one JSON object."
        )
        parser.add_argument(
            "--omitted", action="store_true", help="List the omitted objects, with reasons."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), indent=2))
        else:
            self._print(found, omitted=options["omitted"])
        if found.findings:
            raise CommandError(f"{len(found.findings):,} unaccounted for.{_excuse(found)}")

    def _print(self, found: Audit, *, omitted: bool) -> None:
        for finding in found.findings:
            self.stdout.write(f"{finding.kind:11}{finding}")
        rules = sorted(found.rules.items(), key=itemgetter(1), reverse=True)
        lines = [
            f"stripe {found.sdk_version}, API {found.api_version}",
            f"{found.objects:6,} objects: {found.modelled:,} are models,"
            f" {len(found.omitted):,} are omitted on purpose",
            f"{found.fields:6,} fields of these models",
            *(f"{count:8,} {rule}" for rule, count in rules),
            f"{found.retired:6,} columns of keys that only older versions of the API send",
            f"{found.event_types:6,} types of events",
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
    return (
        f" The models are those of API {pinned}, so differences from another version are"
        " expected; unknown fields are stored in extra."
    )
