"""Sphinx: the documentation is built from the checkout and needs no network."""

import os
import sys
from pathlib import Path

import django
import stripe

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from stripe_django import __version__  # noqa: E402
from stripe_django.conf import OPTIONS  # noqa: E402

project = "stripe-django"
release = version = __version__
copyright = "the stripe-django contributors"

extensions = [
    *("sphinx.ext.autodoc", "stripe_models", "stripe_monitoring", "stripe_privacy"),
    "stripe_settings",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"stripe-django {release}"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
toc_object_entries = False
rst_epilog = f"""
.. |api_version| replace:: ``{OPTIONS["API_VERSION"].default}``
.. |sdk_version| replace:: ``{stripe.VERSION}``
"""

# Documented elsewhere, and other projects' inventories would need the network.
nitpick_ignore_regex = [("py:.*", r"(?:collections|datetime|decimal|django|hypothesis|stripe)\..+")]


def _message_as_docstring(app, what, name, obj, options, lines):
    """An exception is documented by the message that it has without another one."""
    if what == "exception" and not any(lines):
        lines[:] = [str(obj.message)]


def setup(app):
    app.connect("autodoc-process-docstring", _message_as_docstring)


nitpick_ignore = [
    ("py:class", "stripe_django.models.areas.Area"),
    ("py:class", "stripe_django.sync.fetch.Model"),  # a type variable
    ("py:class", "stripe_django.sync.events.handlers.Function"),  # another one
    ("py:class", "stripe_django.testing.factories.M"),  # another one
    ("py:class", "stripe_django.testing.fake.http.transport.FakeHTTPClient"),
    ("py:class", "stripe_django.testing.fake.http.protocol.Headers"),
]
