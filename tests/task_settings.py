"""Those of the tests, with a backend of tasks that TASK_BACKEND names, beside the default one."""

import importlib.util
import os

import django

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS, STRIPE_DJANGO

IMMEDIATE = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
HAS_CELERY_BACKEND = importlib.util.find_spec("django_tasks_celery") is not None
CELERY = "django_tasks_celery" if HAS_CELERY_BACKEND else "tests.celery_backend"
BACKENDS = {
    "rq": {"BACKEND": "django_tasks_rq.RQBackend"},
    "celery": {
        "BACKEND": f"{CELERY}.CeleryBackend",
        "OPTIONS": {"CELERY_APP": "tests.celery_backend.app"},
    },
}
TASKS = {
    "default": {"BACKEND": f"{IMMEDIATE}.backends.immediate.ImmediateBackend"},
    "stripe": BACKENDS[os.environ["TASK_BACKEND"]],
}
REDIS_DATABASE = int(os.environ.get("REDIS_DATABASE", "0"))
RQ_QUEUES = {"default": {"HOST": "127.0.0.1", "PORT": 6379, "DB": REDIS_DATABASE}}
INSTALLED_APPS = [*INSTALLED_APPS, "django_rq"]
if django.VERSION < (6, 0):
    INSTALLED_APPS.append("django_tasks")
STRIPE_DJANGO = {
    **STRIPE_DJANGO,
    "API_KEY": os.environ["TASK_KEY"],
    "API_BASE": os.environ["TASK_API_BASE"],
    "RATE_LIMIT": 0,
    "TASKS": "stripe",
    "WORKERS": 2,
}
