"""A database that is down, by real sockets: on a closed port, and on one that never responds."""

import json
import socket
import time

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from stripe_django.health import alerts, database
from stripe_django.health.measurement import report

from .test_page import TOKEN, URL

SERVERS = {
    "postgresql": {"USER": "nobody", "PASSWORD": "a secret password", "OPTIONS": {}},
    "mysql": {"USER": "nobody", "PASSWORD": "a secret password", "OPTIONS": {}},
}
HEADERS = {"Authorization": f"Bearer {TOKEN}"}

on_a_server = pytest.mark.skipif(
    django_settings.DATABASE == "sqlite", reason="there is no server that could stop"
)
on_sqlite = pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="same on any database")


@pytest.fixture(params=SERVERS)
def at_port(request, db, settings, monkeypatch):
    """Have the default database be at a port of this machine."""
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "HEALTH_TOKEN": TOKEN}
    tables = connections["default"]
    if request.param == "mysql":
        pymysql = pytest.importorskip("pymysql")
        pymysql.install_as_MySQLdb()

    def use(port):
        server = {
            **connections.settings["default"],
            **SERVERS[request.param],
            "ENGINE": f"django.db.backends.{request.param}",
            "NAME": "mirror",
            "HOST": "127.0.0.1",
            "PORT": port,
        }
        monkeypatch.setitem(connections.settings, "default", server)
        del connections["default"]

    yield use
    connections["default"].close()
    connections["default"] = tables


@pytest.fixture
def closed_port(at_port):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    at_port(port)


@pytest.fixture
def silent_port(at_port, monkeypatch):
    """A server that was stopped: the kernel accepts connections, and nobody answers."""
    monkeypatch.setattr(database, "CONNECT_SECONDS", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        at_port(server.getsockname()[1])
        yield
    for thread in database._hanging.values():  # its end of the connection is closed now
        thread.join(5)


@on_sqlite
class TestClosedPort:
    def test_the_page(self, closed_port):
        begun = time.monotonic()
        response = Client(raise_request_exception=True).get(URL, headers=HEADERS)
        assert time.monotonic() - begun < 2
        assert response.status_code == 503
        assert response.json()["indicators"] == {
            "database": {
                "healthy": False,
                "text": "The database cannot be read: OperationalError.",
                "advice": response.json()["indicators"]["database"]["advice"],
            }
        }
        assert "password" not in response.content.decode()

    def test_the_command(self, closed_port, capsys):
        with pytest.raises(CommandError, match=r"^Unhealthy: database\.$"):
            call_command("stripe_status", "--json")
        assert json.loads(capsys.readouterr().out)["status"] == "unhealthy"


@on_sqlite
class TestSilentPort:
    def test_the_page_is_quick(self, silent_port):
        begun = time.monotonic()
        response = Client().get(URL, headers=HEADERS)
        assert 0.3 <= time.monotonic() - begun < 2
        assert response.status_code == 503
        found = response.json()["indicators"]["database"]
        assert found["text"] == "The database does not respond in time."

    def test_one_thread_waits_however_many_monitors_there_are(self, silent_port):
        report()
        [waiting] = [each for each in database._hanging.values() if each.is_alive()]
        begun = time.monotonic()
        for _ in range(5):
            assert not report().is_healthy
        assert time.monotonic() - begun < 0.2
        assert [each for each in database._hanging.values() if each.is_alive()] == [waiting]

    def test_alerts_stay_as_they_are(self, silent_port, caplog):
        alerts.look(every=0)
        assert [record.event for record in caplog.records] == ["watch_failed"]


@on_a_server
@pytest.mark.django_db(transaction=True)
class TestServer:
    def test_a_kept_connection_that_the_server_has_closed(self, mirror):
        assert report().is_healthy
        _end_session()
        assert report().is_healthy

    def test_a_table_that_is_locked_by_a_migration(self, mirror, monkeypatch):
        monkeypatch.setattr("stripe_django.health.measurement.STATEMENT_SECONDS", 0.3)
        with _locked("stripe_django_inboxevent"):
            begun = time.monotonic()
            found = report()
        assert time.monotonic() - begun < 3
        inbox = ["lag", "waiting", "backlog", "dead_lettered"]
        assert [each.name for each in found.indicators if not each.is_measured] == inbox
        assert {*inbox} <= {each.name for each in found.unhealthy}
        assert found.get("database").is_healthy
        assert report().is_healthy

    def test_the_limit_of_statements_is_gone_afterwards(self, mirror):
        report()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout')"
                if _is_postgres()
                else "SELECT @@SESSION.max_statement_time"
            )
            assert cursor.fetchone()[0] in ("0", 0)


def _is_postgres():
    return connection.vendor == "postgresql"


def _end_session():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()" if _is_postgres() else "SELECT CONNECTION_ID()")
        [number] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        sql = "SELECT pg_terminate_backend(%s)" if _is_postgres() else "KILL %s"
        cursor.execute(sql, [number])
    other.close()


class _locked:
    """A connection that has a table locked, as ``ALTER TABLE`` does."""

    def __init__(self, table):
        self.table = table

    def __enter__(self):
        self.other = connection.copy()
        cursor = self.other.cursor()
        if _is_postgres():
            self.other.set_autocommit(False)
            cursor.execute(f"LOCK TABLE {self.table} IN ACCESS EXCLUSIVE MODE")
        else:
            cursor.execute(f"LOCK TABLES {self.table} WRITE")

    def __exit__(self, *error):
        if _is_postgres():
            self.other.rollback()
        self.other.close()
