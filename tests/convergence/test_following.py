"""A project that follows the mirror has its rows in the end, whatever happened in between."""

import random

import pytest

from stripe_django import sync
from stripe_django.models import ChangeFeed
from stripe_django.sync.change_feed import Cursor, number_all
from tests.api.test_client import with_settings

from .checking import check
from .histories import generate
from .playing import Play

HISTORIES = 10

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


class Followed(Play):
    """Somebody reads the feed now and then, and sometimes dies before storing the cursor."""

    def __init__(self, history):
        super().__init__(history)
        self.chance, self.cursor, self.copy = random.Random(history.seed), now(), {}

    def _next(self, agenda):
        super()._next(agenda)
        if self.chance.random() < 0.2:
            before = self.cursor
            self._read()
            if self.chance.random() < 0.3:
                self.cursor = before

    def run(self):
        super().run()
        self._read()
        rows = {row.stripe_id: shown(row) for table in self.tables() for row in table}
        mine = {stripe_id: self.copy.get(stripe_id) for stripe_id in rows}
        assert mine == rows

    def _read(self):
        for each in sync.changes(self.cursor):
            self.copy[each.stripe_id] = each.row and shown(each.row)
            self.cursor = each.cursor


def now():
    """The cursor after all rows of earlier histories."""
    number_all("default")
    feed = ChangeFeed.objects.get_or_create(defaults={"token": "feed"})[0]
    return str(Cursor(feed.token, feed.position))


def shown(row):
    return row.to_stripe(), row.is_alive, row.stripe_account


def test_the_copy_is_the_mirror(settings):
    with_settings(settings, CHANGE_FEED=True)
    check(map(generate, range(HISTORIES)), Followed)
