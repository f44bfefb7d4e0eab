"""What is made while the database works."""

import pytest

from stripe_django.sync.piecemeal import Piecemeal


def twice(item):
    return [item, -item]


def test_all_is_in_order_however_it_was_made():
    made = Piecemeal(twice, [1, 2, 3])
    made.some(2)
    made.some(0)
    assert made.all() == made.all() == [1, -1, 2, -2, 3, -3]


def test_no_more_is_made_than_asked_for():
    begun = []
    made = Piecemeal(lambda item: begun.append(item) or [item], range(5))
    made.some(2)
    assert begun == [0, 1]
    made.some(9)
    assert made.all() == begun == [0, 1, 2, 3, 4]


def test_an_error_waits_for_whoever_needs_all():
    made = Piecemeal(lambda item: [1 // item], [1, 0, 1])
    made.some(2)
    made.some(1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            made.all()
