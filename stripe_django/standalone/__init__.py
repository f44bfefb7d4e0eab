"""A Django project with nothing in it but the admin and Stripe's objects, for the command."""

import secrets

# Of this process alone: a superuser for one run of the server, whose password no table has.
USERNAME = "stripe_django"
PASSWORD = secrets.token_urlsafe(16)
