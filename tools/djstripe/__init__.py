"""Fills the tables of dj-stripe, by its own code, from a fake Stripe.

``python -m tools.djstripe PYTHON DATABASE`` makes a small business at a fake Stripe, serves it, and
has dj-stripe sync from it. ``PYTHON`` is the interpreter of an environment with dj-stripe and the
Django that it needs, ``DATABASE`` a file of SQLite, or ``postgres:NAME``. With ``--fixture FILE``,
the tables are written as JSON, too: that is how ``tests/importers/djstripe-*.json`` are made::

    python -m venv peer && peer/bin/pip install "dj-stripe==2.11.*" "Django<6"
    python -m tools.djstripe peer/bin/python tables.sqlite3 --fixture tables.json

The fixtures are of ``--months 2 --customers 6``. Other versions: ``"dj-stripe==2.9.*" "Django<5"
"stripe<12"``, and ``"dj-stripe==2.8.*" "Django<5" "stripe<5" setuptools`` with ``--older``: it
cannot store the subscriptions and invoices of today's API version. dj-stripe reports some objects
that it cannot store; they are left out.

``PYTHON tools/djstripe/names.py`` prints the public names of its models, for
``tests/facts/djstripe_names.json``.
"""
