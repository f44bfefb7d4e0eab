"""Digests and the text that they are of, as they are stored for good.

A change here makes every row of every user look changed: the next sync writes all of them, and an
event of a row's own second conflicts with it. It needs a reason, and a line in ``CHANGES.rst``.
"""

import pytest

from stripe_django import sync
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.copy_text import line

# Of each a payload and its digest, the same on every database.
GOLDEN = {
    "tax_rate": (
        {
            "id": "txr_1",
            "object": "tax_rate",
            "active": True,
            "created": 1_700_000_000,
            "description": "tab\there, line\nend, back\\slash, é and \x01",
            "inclusive": False,
            "livemode": False,
            "metadata": {"order": "6735", "empty": ""},
            "percentage": 7.25,
        },
        "bdd2a908948b5f2d30a3821d53c987dd",
    ),
    "file_link": (
        {
            "id": "link_1",
            "object": "file_link",
            "created": 1_700_000_000,
            "expired": False,
            "expires_at": None,
            "file": "file_1",
            "livemode": False,
            "metadata": {},
            "url": "https://files.example.com/1",
            "of_a_later_version": {"b": [1, None, 0.5], "a": "x"},
        },
        "f7efe1a1a2637f4bedd540b49281f199",
    ),
    "coupon": (
        {"id": "gold", "object": "coupon", "deleted": True},
        "1a7ab7fca93efcc34b.",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", GOLDEN)
def test_the_digest_of_a_stored_row(name):
    payload, digest = GOLDEN[name]
    row = sync.apply(payload).row
    assert row.digest == digest
    assert row.to_stripe() == payload


@pytest.mark.parametrize("name", GOLDEN)
def test_the_digest_is_of_the_line(name):
    (row,) = mapper.to_rows(GOLDEN[name][0])
    assert row.digest == GOLDEN[name][1]
    assert row.line == line([row.extra, *row.values])


def test_the_text_of_copy():
    assert line(["{}", None, True, "", "a\tb\\", "\x01"]) == "{}\t\x01\tTrue\t\ta\\tb\\\\\t\\x01"
