"""The first act: sync everything, look at it, and sync once more."""

from __future__ import annotations

from typing import Any

import stripe

from stripe_django.standalone.demo import report
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.screen import console, heading


def play(project: Project, client: stripe.StripeClient, *, moves: bool) -> bool:
    """Return whether everything is as at Stripe in the end.

    ``moves`` says that things happen at Stripe meanwhile, so that a second sync may find some.
    """
    heading("The sync")
    project.run("sync")
    differing = report.show_counts(client)
    report.show_queries()
    heading("The same sync once more")
    summary = project.run_json("sync")
    created, updated = total("created", summary), total("updated", summary)
    console.print(f"created {created:,}, updated {updated:,}")
    if differing:
        console.print(f"Counts differed: {', '.join(differing)}. Now that it has run again:")
        differing = report.show_counts(client)
    return not differing and (moves or created == updated == 0)


def total(key: str, summary: Any) -> int:
    """The sum of all numbers under this key, however deep."""
    if isinstance(summary, list):
        return sum(total(key, each) for each in summary)
    if not isinstance(summary, dict):
        return 0
    own = summary.get(key)
    inner = sum(total(key, each) for each in summary.values())
    return inner + (own if isinstance(own, int) else 0)
