"""What ``stripe_privacy`` prints: the inventory under a policy, and what was written again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from stripe_django.audit.personal_data import Held
from stripe_django.privacy.categories import CATEGORIES, UNREVIEWED
from stripe_django.privacy.inventory import Path
from stripe_django.privacy.policy import Policy
from stripe_django.sync.privacy.apply import Applied
from stripe_django.sync.privacy.counts import RowCount

NO_POLICY = Policy()
SHOWN = 20  # failures


def treatment(policy: Policy | None, held: Held) -> str:
    path: Path = tuple(held.path.split("."))
    return str((policy or NO_POLICY).decide(held.object_name, path).treatment)


def report_document(
    policy: Policy | None, inventory: Sequence[Held], counts: Sequence[RowCount]
) -> dict[str, Any]:
    return {
        "policy": policy.version if policy else None,
        "categories": [
            {
                "category": name,
                "description": str(description),
                "treatment": category_treatment(policy, name),
                "held": [
                    asdict(held) | {"treatment": treatment(policy, held)}
                    for held in inventory
                    if held.category == name
                ],
            }
            for name, description in CATEGORIES.items()
        ],
        "unreviewed": category_treatment(policy, UNREVIEWED),
        "rows": [asdict(each) | {"others": each.others} for each in counts],
    }


def category_treatment(policy: Policy | None, category: str) -> str:
    return str((policy or NO_POLICY).treatment_of("", category))


def report_lines(
    policy: Policy | None,
    inventory: Sequence[Held],
    counts: Sequence[RowCount],
    *,
    lists_paths: bool,
) -> Iterator[str]:
    yield (
        _("Policy %(version)s.") % {"version": policy.version}
        if policy
        else _("No policy: all of it is stored as it comes.")
    )
    yield f"{_('category'):16} {_('policy'):8} {_('columns'):>7} {_('paths'):>6}  {_('objects')}"
    for name in CATEGORIES:
        held = [each for each in inventory if each.category == name]
        yield _category_line(name, category_treatment(policy, name), held)
        if lists_paths:
            yield from (_path_line(policy, each) for each in held)
    done = category_treatment(policy, UNREVIEWED)
    yield f"{UNREVIEWED:16} {done:8} {_('keys that nobody has reviewed')}"
    yield from _row_lines(policy, counts)


def _category_line(name: str, done: str, held: Sequence[Held]) -> str:
    columns = sum(bool(each.column) for each in held)
    objects = len({each.object_name for each in held})
    return f"{name:16} {done:8} {columns:7,} {len(held) - columns:6,}  {objects:,}"


def _path_line(policy: Policy | None, held: Held) -> str:
    kind = _("column") if held.column else "JSON"
    return f"    {treatment(policy, held):5} {kind:6}  {held.object_name}: {held.path}"


def _row_lines(policy: Policy | None, counts: Sequence[RowCount]) -> Iterator[str]:
    rows, others = (sum(getattr(each, name) for each in counts) for name in ("rows", "others"))
    if not others:
        yield (
            _("All %(rows)s rows were written under it.") % {"rows": intcomma(rows)}
            if policy
            else _("%(rows)s rows.") % {"rows": intcomma(rows)}
        )
        return
    yield _("%(others)s of %(rows)s rows were written under another policy:") % {
        "others": intcomma(others),
        "rows": intcomma(rows),
    }
    for each in counts:
        if each.others:
            yield f"    {each.object_name}: {intcomma(each.others)}"
    if policy:
        yield _("stripe_privacy apply withholds from these what the policy withholds.")
    else:
        yield _("What was withheld from these comes back with stripe_sync --full.")


def applied_document(applied: Applied) -> dict[str, Any]:
    return {
        "policy": applied.version,
        "rows": dict(applied.rows),
        "bodies": applied.bodies,
        "errors": applied.errors,
        "failures": [asdict(each) for each in applied.failures],
    }


def applied_lines(applied: Applied) -> Iterator[str]:
    for name, count in applied.rows.items():
        yield f"{name}: {intcomma(count)}"
    yield (
        _(
            "%(total)s rows, %(bodies)s bodies of events and %(errors)s errors are now"
            " under policy %(version)s."
        )
        % {
            "total": intcomma(applied.rows.total()),
            "bodies": intcomma(applied.bodies),
            "errors": intcomma(applied.errors),
            "version": applied.version,
        }
    )


def failure_lines(applied: Applied) -> Iterator[str]:
    yield from map(str, applied.failures[:SHOWN])
    if len(applied.failures) > SHOWN:
        yield _("… and %(count)s more") % {"count": intcomma(len(applied.failures) - SHOWN)}
