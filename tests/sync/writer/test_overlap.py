"""What is made while the database works."""

import threading

import pytest

from stripe_django.sync.writer import overlap
from stripe_django.sync.writer.overlap import Piecemeal, beside, nothing


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


def test_another_thread_works_while_the_database_is_waited_for():
    done, begun = [], threading.Event()

    def work(rows):
        begun.set()
        done.append((rows, threading.current_thread()))

    with beside(work, 3):
        assert begun.wait(10)
    [(rows, thread)] = done
    assert rows == 3
    assert not thread.is_alive()


def test_what_has_begun_is_waited_for():
    done, begun, answered = [], threading.Event(), threading.Event()

    def work(rows):
        begun.set()
        answered.wait(10)
        done.append(rows)

    with beside(work, 3):
        begun.wait(10)
        threading.Timer(0.05, answered.set).start()
    assert done == [3]


def test_no_thread_where_there_is_nothing_to_do_or_no_time(monkeypatch):
    before = threading.active_count()
    with beside(nothing, 3):
        assert threading.active_count() == before
    done = []
    monkeypatch.setattr(overlap, "SENDING", 60)
    with beside(done.append, 3):
        pass
    assert not done
    assert threading.active_count() == before
