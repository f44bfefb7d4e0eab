"""What several files of the project say about the same thing, they say alike."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
TOX = (ROOT / "tox.ini").read_text(encoding="utf-8")
TRAVIS = yaml.safe_load((ROOT / ".travis.yml").read_text(encoding="utf-8"))
RELEASE = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


def classified(prefix):
    """The versions that the classifiers name."""
    lines = [line.removeprefix(prefix) for line in PROJECT["classifiers"]]
    return {line for line in lines if re.fullmatch(r"\d+\.\d+", line)}


PYTHONS = classified("Programming Language :: Python :: ")
DJANGOS = classified("Framework :: Django :: ")


def supported():
    """Each Python with each Django that runs on it."""
    return {
        (python, django)
        for python in PYTHONS
        for django in DJANGOS
        if python != "3.11" or django == "5.2"  # Django 6 needs Python 3.12
    }


def of_tox():
    listed = TOX.partition("envlist =")[2].partition("\n#")[0]
    for python, alone, several in re.findall(r"py3(\d+)-dj(?:(\d+)|\{([\d,]+)\})-", listed):
        for django in (alone or several).split(","):
            yield f"3.{python}", f"{django[0]}.{django[1:]}"


def jobs_of_travis():
    """What the matrix and the exclusions of Travis make: (Python, environment)."""
    excluded = {(job["python"], job["env"]) for job in TRAVIS["jobs"]["exclude"]}
    every = {(python, env) for python in TRAVIS["python"] for env in TRAVIS["env"]["jobs"]}
    assert excluded <= every
    return every - excluded


def test_tox_and_the_classifiers_name_the_same_versions():
    assert set(of_tox()) == supported()
    assert set(re.findall(r"dj(\d)(\d): Django~=(\d)\.(\d)\.0", TOX)) == {
        (*django.split("."), *django.split(".")) for django in DJANGOS
    }


def test_travis_runs_each_of_them_on_each_database():
    databases = ("sqlite", "postgres", "mariadb")
    assert jobs_of_travis() == {
        (python, f"DJANGO={django} DATABASE={database}")
        for python, django in supported()
        for database in databases
    }


def test_a_python_below_the_first_is_refused():
    assert PROJECT["requires-python"] == f">={min(PYTHONS, key=number)}"


def number(version):
    return [int(part) for part in version.split(".")]


def test_the_range_of_django_ends_behind_the_last():
    [django] = [line for line in PROJECT["dependencies"] if line.startswith("Django")]
    first, *_, last = sorted(DJANGOS, key=number)
    major, minor = number(last)
    assert django == f"Django>={first},<{major}.{minor + 1}"


def test_what_is_for_development_is_not_published():
    groups = PYPROJECT["dependency-groups"]
    assert set(groups) & set(PROJECT["optional-dependencies"]) == set()
    assert not {"dev", "docs", "test"} & set(PROJECT["optional-dependencies"])
    assert "pytest" in {re.split(r"\W", line)[0] for line in groups["dev"] if isinstance(line, str)}


def test_make_and_tox_install_the_same_extras():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [of_make] = re.findall(r"^EXTRAS = (.+)$", makefile, re.MULTILINE)
    [of_tox] = re.findall(r"^extras = (.+)$", TOX, re.MULTILINE)
    # mysqlclient needs C headers; the tests use PyMySQL.
    expected = set(PROJECT["optional-dependencies"]) - {"mysql"}
    assert set(of_make.split(",")) == set(of_tox.split(", ")) == expected


def test_the_index_links_to_the_project_and_its_documentation():
    repository = "https://github.com/stripe-django/stripe-django"
    urls = PROJECT["urls"]
    assert (urls["Homepage"], urls["Source"]) == (repository, repository)
    assert urls["Documentation"] == "https://stripe-django.readthedocs.io"
    assert {"Issues", "Changelog"} <= set(urls)


@pytest.mark.parametrize(
    "path",
    [
        *(".travis.yml", ".pre-commit-config.yaml", ".readthedocs.yaml"),
        *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(".github/**/*.yml")),
    ],
)
def test_it_is_valid_yaml(path):
    assert isinstance(yaml.safe_load((ROOT / path).read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/ISSUE_TEMPLATE/[!c]*.yml")), ids=str)
def test_the_form_of_an_issue_has_what_github_needs(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    questions = [each for each in form["body"] if each["type"] != "markdown"]
    assert len({each["id"] for each in questions}) == len(questions)
    assert all(each["attributes"]["label"] for each in questions)


def test_pre_commit_has_the_versions_that_make_lint_may_use():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    pinned = {each["repo"].rpartition("/")[2]: each["rev"].lstrip("v") for each in hooks["repos"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
    [ruff] = [line for line in dev_lines() if line.startswith("ruff")]
    assert f"ruff>={pinned['ruff-pre-commit'].rpartition('.')[0]}," in ruff


def dev_lines():
    return [line for line in PYPROJECT["dependency-groups"]["dev"] if isinstance(line, str)]


def test_a_release_is_built_once_tested_and_published_without_a_token():
    jobs = yaml.safe_load(RELEASE)["jobs"]
    assert RELEASE.count("python -m build\n") == 1
    assert (jobs["test"]["needs"], jobs["publish"]["needs"]) == ("build", "test")
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in RELEASE
    tested = {each["environment"] for each in jobs["test"]["strategy"]["matrix"]["include"]}
    names = {f"py{python}-dj{django}-sqlite".replace(".", "") for python, django in supported()}
    assert tested <= names


def test_ci_holds_a_floor_of_the_coverage():
    assert PYPROJECT["tool"]["coverage"]["report"]["fail_under"] >= 75
    assert PYPROJECT["tool"]["coverage"]["run"]["branch"]
    assert "COVERAGE=" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_no_folder_has_more_modules_than_a_reader_can_overlook():
    """20 at most; ``models`` has one module per Stripe object, ``migrations`` only grows."""
    sizes = Counter(path.parent for path in (ROOT / "stripe_django").rglob("*.py"))
    crowded = {str(folder.relative_to(ROOT)) for folder, size in sizes.items() if size > 20}
    assert crowded <= {"stripe_django/models", "stripe_django/migrations"}
