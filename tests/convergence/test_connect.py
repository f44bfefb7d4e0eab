"""Generated histories of a platform and its accounts, and the faults that they find."""

import os
from dataclasses import replace
from importlib import import_module
from itertools import count, takewhile

import pytest

from stripe_django import conf
from stripe_django.models import Account, Customer
from stripe_django.sync.mapping import ownership as mapped_ownership
from stripe_django.sync.writer import ownership

from .connect import ConnectPlay, check, generate, outcome

HISTORIES = int(os.environ.get("HISTORIES", 60))

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

FAULTS = {
    "customers' ids are unique everywhere": (
        *(Customer, "stripe"),
        replace(Customer.stripe, id_prefixes=None),
    ),
    "a nested sighting changes the account": (
        *(ownership, "account_after"),
        lambda seen, row: row.account,
    ),
    "only newer content changes the account": (
        *(ownership, "account_after"),
        lambda seen, row: seen,
    ),
    "what is nested lives in the account around it": (
        *(mapped_ownership, "context_under"),
        lambda model, payload, key, context: context,
    ),
    "an account is of the account that its event names": (
        *(Account, "stripe"),
        replace(Account.stripe, is_platform_owned=False),
    ),
    "any 404 is a deletion": (
        *(import_module("stripe_django.sync.fetch"), "_of_key"),
        lambda rows, account, mode: rows,
    ),
    "the other mode is kept": (conf.Settings, "other_mode", "keep"),
}


def test_rows_end_as_in_their_own_account_and_mode():
    assert check(map(generate, range(HISTORIES))) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault, monkeypatch, record_property):
    monkeypatch.setattr(*FAULTS[fault])
    mapped_ownership.schema_for.cache_clear()
    seeds = takewhile(lambda seed: seed < HISTORIES, count())
    try:
        found = next((seed for seed in seeds if outcome(ConnectPlay(generate(seed)))), None)
    finally:
        mapped_ownership.schema_for.cache_clear()
    assert found is not None
    record_property("summary", f"found by connected accounts' history {found}: {fault}")
