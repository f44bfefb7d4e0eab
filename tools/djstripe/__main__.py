"""``python -m tools.djstripe``, in the checkout."""

from __future__ import annotations

import os
import subprocess
from argparse import ArgumentParser
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from stripe_django.testing import Business, FakeStripe  # noqa: E402  Django loads the models first
from tools.djstripe.older import make_older  # noqa: E402

FILL = Path(__file__).with_name("fill.py")
KEY = "sk_test_notARealKeyNotARealKey00"  # in the form that dj-stripe accepts


def main() -> None:
    parser = ArgumentParser(prog="python -m tools.djstripe")
    parser.add_argument("python")
    parser.add_argument("database")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--customers", type=int, default=8)
    parser.add_argument("--fixture", default="")
    parser.add_argument("--older", action="store_true", help="objects as of 2020, for 2.8")
    options = parser.parse_args()
    fake = stripe(options.seed, options.months, options.customers)
    if options.older:
        make_older(fake)
    with fake.serving() as address:
        fill = [options.python, str(FILL), options.database, address, fake.key]
        subprocess.run([*fill, options.fixture], check=True)


def stripe(seed: int, months: int, customers: int) -> FakeStripe:
    """A fake with a business and all that its customers do; the same for the same numbers."""
    fake = FakeStripe(key=KEY)
    Business(fake, seed=seed).live(months=months, customers=customers)
    return fake


if __name__ == "__main__":
    main()
