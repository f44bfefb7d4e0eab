"""``python -m tools.mapping show charge``, in the checkout."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from .command import main  # noqa: E402  Django loads the models first

main()
