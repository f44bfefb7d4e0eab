"""``python -m tools.messages [--check]``: updates the catalogs, or says how they differ."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stripe_django.standalone.settings")
django.setup()

from .catalogs import LANGUAGES, problems, update  # noqa: E402
from .extraction import template  # noqa: E402


def main() -> int:
    parser = ArgumentParser(prog="tools.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="Change nothing; fail on a problem.")
    is_check = parser.parse_args().check
    messages = template()
    if not is_check:
        for language in LANGUAGES:
            update(language, messages)
    found = [problem for language in LANGUAGES for problem in problems(language, messages)]
    print("\n".join(found) or f"{len(messages)} messages in {len(LANGUAGES)} languages.")
    return 1 if found else 0


sys.exit(main())
