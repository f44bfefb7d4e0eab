"""Threads with connections of their own, at the same time."""

import threading

import pytest
from django.db import connection, connections

needs_threads = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="threads do not share a database in memory"
)


def together(*functions):
    """What the functions return, each run in a thread with a connection of its own."""
    start = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def run(number, function):
        try:
            start.wait(10)
            results[number] = function()
        except BaseException as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
