"""The ``stripe_django`` command, run as people run it: in an empty folder, by its name."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from http.cookiejar import CookieJar
from importlib.metadata import entry_points
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

import stripe_django
from stripe_django import cli
from stripe_django.standalone.database import configuration
from stripe_django.standalone.tables import keeping_interrupts
from stripe_django.testing import FakeStripe
from tests.serving import COMMAND, bare, serving

ROOT = Path(__file__).parents[2]
COUNT = "from stripe_django.models import Customer; print(Customer.objects.count())"

WRONG = "Please enter the correct username"

together = pytest.mark.xdist_group("serve")
pytestmark = pytest.mark.skipif(
    settings.DATABASE != "sqlite", reason="the command brings a database of its own"
)


@pytest.fixture
def stripe_django_command(tmp_path):
    def run(*arguments, status=0, **environment):
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=bare(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stderr if status else done.stdout

    return run


class Browser:
    def __init__(self, address):
        self.address = address
        self.cookies = CookieJar()
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies))

    def get(self, path, **headers):
        return self._open(Request(self.address + path, headers=headers))

    def log_in(self, user, password):
        _, _, form = self.get("/admin/login/")
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        fields = {"username": user, "password": password, "csrfmiddlewaretoken": token}
        body = urlencode(fields | {"next": "/admin/"}).encode()
        return self._open(Request(f"{self.address}/admin/login/", body))

    def _open(self, request):
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.url, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.url, error.read().decode()


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"], ["--database", "x", "--help"]])
def test_help(arguments, monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "to be restored")
    monkeypatch.setenv("DATABASE_URL", "to be restored")
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("sync", "serve", "shell", "--database", "migrate"))
    assert max(map(len, text.splitlines())) < 100


def test_help_needs_nothing_and_writes_nothing(stripe_django_command, tmp_path):
    assert stripe_django_command("--help") == cli.HELP
    assert list(tmp_path.iterdir()) == []


def test_version(stripe_django_command):
    assert stripe_django_command("--version") == f"stripe_django {stripe_django.__version__}\n"


def test_the_installed_script_is_the_same_command():
    [script] = entry_points(group="console_scripts", name="stripe_django")
    assert script.load() is cli.main


@pytest.mark.usefixtures("migrated")
def test_any_management_command_has_its_own_options(stripe_django_command):
    assert "No migrations to apply" in stripe_django_command("migrate")
    assert stripe_django_command("shell", "--no-imports", "-c", COUNT) == "0\n"
    assert stripe_django_command("dumpdata", "stripe_django", "--format", "jsonl") == ""
    assert "no issues" in stripe_django_command("check", "--database", "default")


def test_the_exit_status_is_that_of_the_command(stripe_django_command):
    stripe_django_command("shell", "-c", "raise SystemExit(7)", status=7)


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("serv", "Did you mean serve?"),
        ("synk", "Did you mean sync?"),
        ("dmo", "Did you mean demo?"),
        ("migrat", "Did you mean migrate?"),
        ("qqq", "stripe_django --help lists the commands."),
    ],
)
def test_an_unknown_command(command, hint, stripe_django_command):
    said = stripe_django_command(command, status=1)
    assert said == f"stripe_django: Unknown command: {command!r}. {hint}\n"


@pytest.mark.parametrize(
    ("arguments", "database", "rest"),
    [
        (["migrate"], "of the environment", ("migrate", [])),
        (["--database", "x", "migrate", "app"], "x", ("migrate", ["app"])),
        (["migrate", "app", "--database=x", "--fake"], "x", ("migrate", ["app", "--fake"])),
        (
            ["--database", "x", "check", "--database", "default"],
            "x",
            ("check", ["--database", "default"]),
        ),
        (["shell", "-c", "--data", "--help"], "of the environment", None),
    ],
)
def test_database_is_taken_out_and_the_rest_passed_on(arguments, database, rest, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "of the environment")
    assert cli.parse(arguments) == (rest or (arguments[0], arguments[1:]))
    assert os.environ["DATABASE_URL"] == database


@pytest.mark.parametrize("as_option", [True, False])
def test_a_database_url(as_option, stripe_django_command, tmp_path):
    url = f"sqlite:///{tmp_path}/by-url.sqlite3"
    option = ["--database", url] if as_option else []
    environment = {"DATABASE_URL": "sqlite:////no/where" if as_option else url}
    said = stripe_django_command("diffsettings", *option, **environment)
    assert f"'NAME': '{tmp_path}/by-url.sqlite3'" in said


def test_a_path_is_of_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert configuration("x.sqlite3")["NAME"] == tmp_path / "x.sqlite3"


def test_an_sqlite_url_has_the_options_of_a_path():
    path, url = configuration("x.sqlite3"), configuration("sqlite:///x.sqlite3")
    assert {**url, **path} == {**url, "NAME": path["NAME"]}
    options = configuration("sqlite:///x.sqlite3?timeout=5")["OPTIONS"]
    assert options == path["OPTIONS"] | {"timeout": 5}


@pytest.mark.parametrize("address", ["postgres://127.0.0.1/x", "sqlite:///x.sqlite3"])
def test_a_url_may_have_settings_of_django(address):
    url = f"{address}?conn_max_age=5&conn_health_checks=true&timeout=7"
    found = configuration(url)
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"]) == (5, True)
    assert found["OPTIONS"] == configuration(f"{address}?timeout=7").get("OPTIONS")


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        ("postgres://user:hidden@127.0.0.1:1/x", 'invalid connection option "unheard_of"'),
        ("mysql://user:hidden@127.0.0.1:1/x", "unexpected keyword argument 'unheard_of'"),
    ],
)
def test_an_option_that_the_driver_does_not_have(database, reason, tmp_path):
    code = (
        "import pymysql\n"
        "pymysql.install_as_MySQLdb()\n"
        "from stripe_django import cli\n"
        "raise SystemExit(cli.main(['migrate']))\n"
    )
    environment = {"DATABASE_URL": f"{database}?unheard_of=1", "PYTHONPATH": str(ROOT)}
    options = {"cwd": tmp_path, "env": bare(environment), "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", code], check=False, **options)
    assert done.returncode == 1
    assert done.stderr.startswith("stripe_django: The database cannot be opened: ")
    assert done.stderr.endswith(f"{reason}\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("by_link", [False, True])
@pytest.mark.parametrize("by_url", [False, True])
def test_only_the_owner_can_read_the_file(
    by_url, by_link, stripe_django_command, tmp_path, tmp_path_factory
):
    """From its first moment on: while a connection writes, its other files are there, too."""
    file = link = tmp_path / "stripe.sqlite3"
    if by_link:
        link = tmp_path_factory.mktemp("links") / "link.sqlite3"
        link.symlink_to(file)
    database = f"sqlite:///{link}" if by_url else str(link)
    code = (
        "import os, stat\n"
        "from django.db import connection\n"
        "os.umask(0)\n"
        "made = []\n"
        "chmod = lambda *_: made.append('chmod')\n"
        "os.chmod = os.fchmod = chmod\n"
        "connection.cursor().execute('PRAGMA journal_mode=WAL')\n"
        "connection.cursor().execute('CREATE TABLE a (b)')\n"
        "made += [oct(stat.S_IMODE(os.stat(each).st_mode)) for each in sorted(os.listdir())]\n"
        "print(sorted(os.listdir()), made)\n"
    )
    said = stripe_django_command("shell", "--no-imports", "-c", code, DATABASE_URL=database)
    files = ["stripe.sqlite3", "stripe.sqlite3-shm", "stripe.sqlite3-wal"]
    assert said == f"{files} {['0o600'] * 3}\n"


def test_a_connection_ends_no_lock_of_another_one_in_its_process(stripe_django_command):
    """A process that closes any descriptor of a file loses all locks it has on it."""
    code = (
        "import subprocess, sys, threading\n"
        "from contextlib import suppress\n"
        "from django.db import OperationalError, connection\n"
        "cursor = connection.cursor()\n"
        "cursor.execute('PRAGMA journal_mode=DELETE')\n"
        "cursor.execute('BEGIN EXCLUSIVE')\n"
        "connection.settings_dict['OPTIONS']['timeout'] = 0\n"
        "def connect():\n"
        "    with suppress(OperationalError):\n"
        "        connection.connect()\n"
        "    connection.close()\n"
        "thread = threading.Thread(target=connect)\n"
        "thread.start()\n"
        "thread.join()\n"
        'code = \'import sqlite3 as s; s.connect("x.sqlite3", 0).execute("CREATE TABLE a (b)")\'\n'
        "other = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)\n"
        "print(other.stderr.splitlines()[-1])\n"
    )
    said = stripe_django_command("shell", "--no-imports", "-c", code, DATABASE_URL="x.sqlite3")
    assert said == "sqlite3.OperationalError: database is locked\n"


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        ("no/such/folder/x.sqlite3", "There is no folder"),
        ("no://user:hidden@host/x", "Scheme 'no://' is unknown"),
        ("postgres://user:hidden@127.0.0.1:port/x", "not a valid url"),
        ("sqlite:///x.sqlite3?sslmode=require", "option sslmode, which SQLite does not have"),
        ("postgres://127.0.0.1/x?conn_max_age=soon", "invalid value of conn_max_age"),
        ("postgres://127.0.0.1/x?conn_health_checks=5", "invalid value of conn_health_checks"),
        ("sqlite:///x.sqlite3?timeout=soon", "invalid value of timeout"),
        ("sqlite:///x.sqlite3?timeout=1&timeout=2", "invalid value of timeout"),
    ],
)
def test_a_database_that_cannot_be(database, reason):
    with pytest.raises(ImproperlyConfigured, match=reason) as raised:
        configuration(database)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    "database",
    [
        "no/such/folder/x.sqlite3",
        "sqlite:////no/where/x.sqlite3",
        "sqlite:///x.sqlite3?sslmode=require",
        "postgres://user:hidden@127.0.0.1:1/x",
    ],
)
def test_a_database_that_cannot_be_reached(database, stripe_django_command):
    said = stripe_django_command("migrate", "--database", database, status=1)
    assert said.startswith("stripe_django: ")
    assert "Traceback" not in said
    assert "hidden" not in said


def test_a_file_that_is_no_database(stripe_django_command, tmp_path):
    (tmp_path / "notes.txt").write_text("Buy milk. " * 20)
    said = stripe_django_command("migrate", "--database", "notes.txt", status=1)
    assert said == "stripe_django: The database cannot be opened: file is not a database\n"


def test_a_database_url_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "dj_database_url", None)
    with pytest.raises(ImproperlyConfigured, match=r'pip install "stripe-django\[cli\]"'):
        configuration("sqlite:///x")


def test_settings_of_another_project_are_left_alone(stripe_django_command):
    said = stripe_django_command("diffsettings", DJANGO_SETTINGS_MODULE="no.such.module")
    assert "SETTINGS_MODULE = 'stripe_django.standalone.settings'" in said


def test_a_sync_from_a_fake_stripe(stripe_django_command):
    stripe = FakeStripe()
    stripe.create("customer")
    with stripe.serving() as address:
        from_fake = {"STRIPE_SECRET_KEY": stripe.key, "STRIPE_API_BASE": address}
        assert json.loads(stripe_django_command("sync", "--json", **from_fake))
    assert stripe_django_command("shell", "--no-imports", "-c", COUNT) == "1\n"


@pytest.mark.usefixtures("migrated")
def test_a_sync_without_a_key(stripe_django_command):
    said = stripe_django_command("sync", status=1)
    assert "STRIPE_SECRET_KEY" in said
    assert "Traceback" not in said


def test_the_options_of_serve(stripe_django_command):
    said = stripe_django_command("help", "serve")
    assert said == stripe_django_command("serve", "--help")
    assert said.startswith("usage: stripe_django serve ")


@pytest.mark.parametrize("arguments", [("sync", "--help"), ("help", "sync")])
def test_the_options_of_sync(arguments, stripe_django_command, tmp_path):
    said = stripe_django_command(*arguments)
    assert said.startswith("usage: stripe_django sync ")
    assert "--json" in said
    assert not (tmp_path / "stripe.sqlite3").exists()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def served(folder):
    with serving(folder) as (address, login, _):
        yield address, login


@together
def test_serve_shows_the_admin_to_who_has_the_password(served):
    address, login = served
    browser = Browser(address)
    assert browser.get("/")[1] == f"{address}/admin/login/?next=/admin/stripe_django/statistics/"
    assert WRONG in browser.log_in(login[0], "guess")[2]
    status, url, page = browser.log_in(*login)
    assert (status, url) == (200, f"{address}/admin/")
    assert "/admin/stripe_django/" in page
    assert "/admin/auth/" not in page
    assert browser.get("/static/admin/css/base.css")[0] == 200
    assert "/admin/stripe_django/charge/" in browser.get("/admin/stripe_django/")[2]
    assert browser.get("/admin/stripe_django/charge/")[0] == 200
    assert browser.get("/static/stripe_django/no-such-file.css")[0] == 404


@together
def test_serve_answers_to_the_names_of_this_machine_only(served):
    address, _ = served
    status, _, page = Browser(address).get("/admin/login/", Host="rebound.example")
    assert status == 400
    assert "STRIPE" not in page


@together
def test_no_table_has_the_password(served, folder):
    address, login = served
    Browser(address).log_in(*login)
    with closing(sqlite3.connect(folder / "stripe.sqlite3")) as database:
        users = database.execute("SELECT username, password, is_superuser FROM auth_user")
        [(name, password, is_superuser)] = users.fetchall()
    assert (name, is_superuser) == (login[0], 1)
    assert password.startswith("!")  # Django's mark of a password that nobody can use


@pytest.mark.usefixtures("migrated")
def test_serve_says_that_nothing_is_synced_until_something_is(stripe_django_command, tmp_path):
    hint = "Nothing is synced yet: run stripe_django sync."
    with serving(tmp_path) as (_, _, server):
        assert hint in server.said
    stripe = FakeStripe()
    with stripe.serving() as address:
        from_fake = {"STRIPE_SECRET_KEY": stripe.key, "STRIPE_API_BASE": address}
        stripe_django_command("sync", "customer", **from_fake)
    with serving(tmp_path) as (_, _, server):
        assert hint not in server.said


@pytest.mark.usefixtures("migrated")
def test_sigterm_stops_it_too(tmp_path):
    with serving(tmp_path) as (_, _, server):
        server.terminate()
        said, _ = server.communicate(timeout=20)
    assert said.endswith("Stopped.\n")
    assert "Traceback" not in said
    assert server.returncode == 0


@together
def test_another_start_has_its_own_password_and_leaves_nothing_behind(served, folder):
    browser = Browser(served[0])
    browser.log_in(*served[1])
    with serving(folder) as (address, login, server):
        browser.address = address
        assert browser.get("/admin/")[1] == f"{address}/admin/login/?next=/admin/"
        assert WRONG in browser.log_in(*served[1])[2]
        assert browser.log_in(*login)[1] == f"{address}/admin/"
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=20)
    # A connection that a browser keeps open may be named after it: the process shows all warnings.
    assert "Stopped.\n" in said
    assert "Traceback" not in said
    assert server.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(server.pid, 0)
    host, port = address.removeprefix("http://").split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


def test_new_tables_leave_no_finalizers_in_which_python_ignores_an_interrupt(tmp_path):
    code = (
        "import django, gc, weakref\n"
        "django.setup()\n"
        "from stripe_django.standalone.tables import make_tables\n"
        "gc.disable()\n"
        "make_tables(quietly=True)\n"
        "before = len(weakref.finalize._registry)\n"
        "gc.collect()\n"
        "print(before - len(weakref.finalize._registry))\n"
    )
    env = bare({"DJANGO_SETTINGS_MODULE": cli.SETTINGS, "PYTHONPATH": str(ROOT)})
    options = {"cwd": tmp_path, "env": env, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", code], check=False, **options)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.filterwarnings("default")
def test_an_interrupt_in_a_finalizer_comes_at_the_end(capsys):
    class Finalized:
        def __del__(self):
            raise KeyboardInterrupt

    def make_tables():
        with keeping_interrupts():
            Finalized()
            print("Python has ignored it.")

    with pytest.raises(KeyboardInterrupt):
        make_tables()
    assert tuple(capsys.readouterr()) == ("Python has ignored it.\n", "")


def test_an_interrupt_of_another_command(tmp_path):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    command = [*COMMAND, "shell", "--no-imports", "-c", code]
    options = {"cwd": tmp_path, "env": bare({}), "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    assert done.stderr == "\nStopped.\n"
    # Python turns the interrupt of code in a string into a signal; a shell shows 130 for both.
    assert done.returncode in (130, -signal.SIGINT)


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none(port, monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "to be restored")
    with pytest.raises(SystemExit, match="2"):
        cli.main(["serve", f"--port={port}"])
    assert f"invalid port value: '{port}'" in capsys.readouterr().err


@pytest.mark.usefixtures("migrated")
def test_a_port_that_is_taken(stripe_django_command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = stripe_django_command("serve", "--port", str(taken.getsockname()[1]), status=1)
    assert "already in use" in said
