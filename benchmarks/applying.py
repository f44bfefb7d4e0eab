"""`python -m benchmarks.applying DATABASE`: applies what waits there, until it is ended."""

import sys

import django
from django.conf import settings
from django.core.management import call_command


def main(database):
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    call_command("stripe_events", "apply", "--follow")


if __name__ == "__main__":
    main(*sys.argv[1:])
