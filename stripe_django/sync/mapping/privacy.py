"""Rows under a policy: made of what it leaves of a payload, and recognised under former ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.privacy.policy import Policy
from stripe_django.privacy.separator import POLICY_SEPARATOR

from .identity import Context
from .rows import Row, content_of, policy_of

MapPayload = Callable[[Any, Context], list[Row]]


def rows_under_policy(
    name: str, payload: Any, context: Context, map_payload: MapPayload
) -> list[Row]:
    """The rows for a payload, whose digests begin with the version of the policy.

    ``name`` is the object that the payload is, if it does not say so itself.
    """
    payloads = _Payloads(name, payload, context, map_payload)
    rows = payloads.rows(context.home.policy)
    for row in rows:
        row.other_policies = payloads
    return rows


@dataclass(slots=True)
class _Payloads:
    """One payload, as it is under each policy that rows may have been written under."""

    name: str
    payload: Any
    context: Context
    map_payload: MapPayload
    known: dict[Policy | None, dict[tuple[type[StripeModel], str], str]] = field(
        default_factory=dict
    )

    def has_digest(self, row: Row, digest: str) -> bool:
        return any(
            content_of(self._digests(policy).get((row.model, row.stripe_id), "-"))
            == content_of(digest)
            for policy in self._others(policy_of(digest))
        )

    def _others(self, version: str) -> Iterator[Policy | None]:
        """The other policies of this version: none at all, or the same one with former keys."""
        mine = self.context.home.policy
        assert mine is not None
        if not version:
            yield None
        elif version == mine.version:
            yield from mine.former

    def _digests(self, policy: Policy | None) -> dict[tuple[type[StripeModel], str], str]:
        if policy not in self.known:
            rows = self.rows(policy)
            self.known[policy] = {(row.model, row.stripe_id): row.digest for row in rows}
        return self.known[policy]

    def rows(self, policy: Policy | None) -> list[Row]:
        context = self.context._replace(home=self.context.home._replace(policy=policy))
        if policy is None:
            return self.map_payload(self.payload, context)
        rows = self.map_payload(self._withheld(policy), context)
        for row in rows:
            row.digest = f"{policy.version}{POLICY_SEPARATOR}{row.digest}"
        return rows

    def _withheld(self, policy: Policy) -> Any:
        try:
            return policy.withhold(self.payload, self.name)
        except RecursionError as error:
            raise PayloadError(_("The payload is nested too deeply.")) from error
