"""The settings of the ``stripe_django`` command. The Stripe key comes from the environment only."""

from __future__ import annotations

import os
import secrets

from stripe_django.standalone.database import configuration

DATABASES = {"default": configuration(os.environ.get("DATABASE_URL") or "stripe.sqlite3")}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "stripe_django",
    "stripe_django.standalone",
]

USE_TZ = True
TIME_ZONE = "UTC"
# Off, because its error pages show the environment and its query log grows with every row.
DEBUG = False
# Of this process alone, so that logins end with it.
SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "stripe_django.standalone.urls"
STATIC_URL = "static/"

AUTHENTICATION_BACKENDS = [
    "stripe_django.standalone.login.ThrowAwayLogin",
    "django.contrib.auth.backends.ModelBackend",
]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
# Browsers send cookies to every port of a host, where other projects may run.
SESSION_COOKIE_NAME = "stripe_django_session"
CSRF_COOKIE_NAME = "stripe_django_csrf"

# The command that needs a key says so itself, and only those who receive webhooks need a secret.
SILENCED_SYSTEM_CHECKS = ["stripe_django.W005", "stripe_django.W015"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "ERROR"},
        "django.server": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
        # It warns whenever a request waits for a thread, which is ordinary in a burst.
        "waitress.queue": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
    },
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stripe_django.middleware.browser_time_zone",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
