"""What is released: built from a copy of the checkout, installed and used far away from it."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import stripe_django
from stripe_django.testing import FakeStripe

ROOT = Path(__file__).parents[1]
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "_build", "*.egg-info", "build", "dist", "*.sqlite3*"
)
PROJECT = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "stripe_django"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
STRIPE_DJANGO = {"API_KEY": "sk_test_not_a_real_key"}
"""

pytestmark = [
    pytest.mark.skipif(settings.DATABASE != "sqlite", reason="the same with every database"),
    pytest.mark.xdist_group("packaging"),
]


def run(*command, cwd, **environment):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def runtime_distributions(name, extra=""):
    """The installed distributions that `name` needs with one of its extras or none."""
    found, wanted = {}, [(name, extra)]
    while wanted:
        name, extra = wanted.pop()
        for line in distribution(name).requires or []:
            requirement = Requirement(line)
            needed = requirement.marker is None or requirement.marker.evaluate({"extra": extra})
            needs = canonicalize_name(requirement.name)
            if needed and needs not in found:
                found[needs] = distribution(needs)
                wanted.append((needs, ""))
    return found.values()


def link(installed, site_packages):
    """Offline, the new environment takes what the package requires, and no more, from this one."""
    tops = {file.parts[0] for file in installed.files} - {"..", "__pycache__"}
    for top in tops:
        (site_packages / top).symlink_to(installed.locate_file(top))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    checkout = tmp_path_factory.mktemp("build") / "checkout"
    shutil.copytree(ROOT, checkout, ignore=NOT_SOURCE)
    run(sys.executable, "-m", "build", "--no-isolation", cwd=checkout)
    return checkout / "dist"


@pytest.fixture(scope="module")
def wheel(built):
    return next(built.glob("*.whl"))


def installed(wheel, home, extra=""):
    """An environment in the folder ``home``, with the wheel and what it requires."""
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    [site_packages] = home.glob("lib/python*/site-packages")
    for each in runtime_distributions("stripe-django", extra):
        link(each, site_packages)
    pip = [sys.executable, "-m", "pip", "--python", home / "bin/python"]
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=home)
    run(*pip, "check", cwd=home)
    return home


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    return installed(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project.py").write_text(PROJECT)
    return tmp_path


def test_the_wheel_is_the_package_and_nothing_else(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in (ROOT / "stripe_django").rglob("*") if path.is_file())
    assert names == {
        str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts
    }
    assert "stripe_django/py.typed" in names
    assert "stripe_django/migrations/0001_initial.py" in names


def test_the_metadata_has_addresses_and_a_readme_that_is_shown_anywhere(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    addresses = dict(each.split(", ") for each in metadata.get_all("Project-URL"))
    assert {"Homepage", "Documentation", "Changelog", "Issues"} <= addresses.keys()
    assert all(each.startswith("https://") for each in addresses.values())
    targets = re.findall(r"image:: *(\S+)|:target: *(\S+)|<([^<>\s]+)>`_", readme(metadata))
    assert targets
    assert all("".join(each).startswith("https://") for each in targets)


def readme(metadata):
    return metadata.get_payload(decode=True).decode()


def test_the_sdist_has_the_tests_and_the_docs(built):
    with tarfile.open(built / f"stripe_django-{stripe_django.__version__}.tar.gz") as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = "LICENSE README.rst ADDING_OBJECTS.rst docs/conf.py tests/settings.py"
    assert {*wanted.split(), "tools/scaffold/__main__.py"} <= names


def test_the_wheel_migrates_in_a_new_project(environment, project):
    def django(*command):
        python = environment / "bin/python"
        return run(python, "-m", "django", *command, cwd=project, DJANGO_SETTINGS_MODULE="project")

    assert "Applying stripe_django.0001_initial... OK" in django("migrate")
    query = "from stripe_django.models import Charge; print(Charge.objects.alive().count())"
    assert django("shell", "--no-imports", "-c", query) == "0\n"


def test_the_command_works_without_the_extras(environment, project):
    listed = run(environment / "bin/stripe_django", "help", "--commands", cwd=project)
    assert "stripe_sync" in listed.split()


def test_the_wheel_syncs_from_a_fake_stripe(environment, migrated):
    command, stripe = environment / "bin/stripe_django", FakeStripe()
    for _ in range(3):
        stripe.create("customer")
    with stripe.serving() as address:
        options = {"STRIPE_SECRET_KEY": stripe.key, "STRIPE_API_BASE": address}
        synced = run(command, "sync", "customer", "charge", cwd=migrated, **options)
    assert re.search(r"^customer +3( +0){6}$", synced, re.MULTILINE)
    query = "from stripe_django.models import Customer; print(Customer.objects.count())"
    assert run(command, "shell", "--no-imports", "-c", query, cwd=migrated) == "3\n"


def test_somebody_who_follows_the_quickstart_gets_to_its_query(environment, tmp_path):
    """All that is left out is making the environment, which is there, and looking around."""
    page = (ROOT / "docs/quickstart.rst").read_text().partition("\nTo browse the data")[0]
    page = page.partition("\nA project from scratch")[2]
    blocks = [textwrap.dedent(block) for block in re.findall(r"::\n((?:\n| {4}.*\n)+)", page)]
    blocks += [
        textwrap.dedent(block) for block in re.findall(r": python\n((?:\n| {4}.*\n)+)", page)
    ]
    install, fill, lines, query = (block.strip() for block in blocks)
    venv, pip, *start = install.splitlines()
    assert venv.startswith("python3 -m venv")
    assert pip == "pip install stripe-django"
    stripe = FakeStripe(key="sk_test_...")
    customer = stripe.create("customer", email="ada@example.com")["id"]
    for amount in (500, 700):
        stripe.create("charge", amount=amount, customer=customer, currency="usd")
    with stripe.serving() as address:
        shell = {"PATH": f"{environment / 'bin'}:{os.environ['PATH']}", "STRIPE_API_BASE": address}
        run("bash", "-ec", "\n".join(start), cwd=tmp_path, **shell)
        with (tmp_path / "shop/settings.py").open("a") as settings_file:
            settings_file.write(lines)
        run("bash", "-ec", fill, cwd=tmp_path, **shell)
    ask = ["python", "manage.py", "shell", "--no-imports", "-c", query]
    asked = run(*ask, cwd=tmp_path, **shell, STRIPE_SECRET_KEY=stripe.key)
    assert asked == "1200 usd\nada@example.com 2\n"


def test_the_demo_from_the_wheel_with_what_its_extra_brings(wheel, tmp_path):
    home = tmp_path / "environment"
    home.mkdir()
    command = installed(wheel, home, "cli") / "bin/stripe_django"
    folder = tmp_path / "empty"
    folder.mkdir()
    said = run(command, "demo", cwd=folder, TMPDIR=folder, COLUMNS="100")
    assert "about 50 customers" in said
    assert "After the poll" in said
    assert said.rpartition("After the poll")[2].count("equal") > 5
    assert list(folder.iterdir()) == []


def test_the_demo_and_the_server_without_the_extra(environment, project):
    for command in ("demo", "serve"):
        script = [environment / "bin/stripe_django", command]
        done = subprocess.run(script, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert 'pip install "stripe-django[cli]"' in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_every_target_with_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text().splitlines()
    [targets] = (line.split()[1:] for line in makefile if line.startswith(".PHONY:"))
    listed = [line.split(maxsplit=2) for line in run("make", cwd=ROOT).splitlines()]
    assert all(make == "make" and text.endswith(".") for make, _, text in listed)
    assert [target for _, target, _ in listed] == targets
