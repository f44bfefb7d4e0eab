"""Generated histories of backfills, and the faults that they find."""

import os

import pytest

from stripe_django.api import pagination
from stripe_django.sync.backfill import list_endpoints
from stripe_django.sync.mapping import identity
from stripe_django.sync.repair import reread

from .backfills import BackfillPlay, generate, outcome

HISTORIES = min(int(os.environ.get("HISTORIES", 15)), 200)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

FAULTS = {
    "a list is not asked for what is sent on request": (
        *(list_endpoints, "expansions"),
        lambda *_, **__: (),
    ),
    "a deleted cursor ends the list": (pagination.PageCursor, "step_back", lambda _: False),
    "previews are objects": (identity, "is_preview", lambda *_: False),
    "everything has an address": (reread, "has_address", lambda row: True),
}


def test_rows_end_as_at_stripe():
    for history in map(generate, range(HISTORIES)):
        found = outcome(BackfillPlay(history))
        assert found == [], str(history)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault, monkeypatch, record_property):
    monkeypatch.setattr(*FAULTS[fault])
    seeds = range(HISTORIES)
    found = next((seed for seed in seeds if outcome(BackfillPlay(generate(seed)))), None)
    assert found is not None
    record_property("summary", f"found by the backfill's history {found}: {fault}")
