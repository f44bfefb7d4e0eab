"""The reference of settings, commands, console help and secrets, made from the code."""

from argparse import SUPPRESS, Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from sphinx.application import Sphinx
from sphinx.util.rst import escape
from stripe_models import Generated, indented

from stripe_django import cli, conf, management
from stripe_django.sync.mapping.redaction import SECRETS

COMMANDS = Path(management.__file__).parent / "commands"


def command_names() -> list[str]:
    return sorted(path.stem for path in COMMANDS.glob("[!_]*.py"))


class Settings(Generated):
    """The keys of ``STRIPE_DJANGO``; the sentence is that of the property that reads each."""

    def lines(self) -> Iterator[str]:
        for name, option in conf.OPTIONS.items():
            types = option.type if isinstance(option.type, tuple) else (option.type,)
            facts = [f"Type: {' or '.join(f'``{each.__name__}``' for each in types)}."]
            if option.environment:
                facts.append(f"Without it, the environment variable ``{option.environment}``.")
            facts.append(f"Default: ``{option.default!r}``." if option.default else "No default.")
            yield f".. setting:: {name}"
            yield from indented(getattr(conf.Settings, name.lower()).__doc__, "", " ".join(facts))


class Commands(Generated):
    """The management commands with their own options; Django's are left out."""

    def lines(self) -> Iterator[str]:
        everywhere = {action.dest for action in parser_of(BaseCommand())._actions}
        for name in command_names():
            command = load_command_class("stripe_django", name)
            yield from (f".. _{name}:", "", name, "-" * len(name), "", command.help, "")
            yield from options(parser_of(command, name), name, everywhere)


class ConsoleHelp(Generated):
    """The help of the ``stripe_django`` command, as it prints it."""

    def lines(self) -> Iterator[str]:
        yield from (".. code-block:: text", "")
        yield from indented(*cli.HELP.splitlines())


class Secrets(Generated):
    """What is dropped, by the object that carries it."""

    def lines(self) -> Iterator[str]:
        for name, pairs in groupby(sorted(SECRETS), key=itemgetter(0)):
            yield f"- ``{name}``: {', '.join(f'``{key}``' for _, key in pairs)}"


def options(parser: ArgumentParser, name: str, known: set[str]) -> Iterator[str]:
    """The options of a command; those of its subcommands under a title for each."""
    yield from (f".. program:: {name}", "")
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for said in action._choices_actions:
                inner = f"{name} {said.dest}"
                yield from (f".. rubric:: {inner}", "", said.help or "", "")
                yield from options(action.choices[said.dest], inner, known)
        elif action.dest not in known and action.help != SUPPRESS:
            yield from option(action)


def parser_of(command: BaseCommand, name: str = "") -> ArgumentParser:
    return command.create_parser("manage.py", name)


def option(action: Action) -> Iterator[str]:
    value = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
    names = action.option_strings or [str(value)]
    value = f" {value}" if value and action.option_strings else ""
    yield f".. option:: {', '.join(f'{name}{value}' for name in names)}"
    yield from indented(escape(action.help or ""))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_object_type("setting", "setting", "pair: %s; setting")
    app.add_object_type("check", "check", "pair: %s; system check")
    app.add_directive("stripe-settings", Settings)
    app.add_directive("stripe-commands", Commands)
    app.add_directive("stripe-console-help", ConsoleHelp)
    app.add_directive("stripe-secrets", Secrets)
    return {"parallel_read_safe": True}
