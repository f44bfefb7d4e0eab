"""Those of the tests, with tasks of RQ on the Redis database that REDIS_DATABASE numbers."""

import os

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS, STRIPE_DJANGO

REDIS = {"HOST": "127.0.0.1", "PORT": 6379, "DB": int(os.environ["REDIS_DATABASE"])}
RQ_QUEUES = {"default": REDIS}
TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
INSTALLED_APPS = [*INSTALLED_APPS, "django_tasks", "django_rq"]
STRIPE_DJANGO = {**STRIPE_DJANGO, "API_KEY": "", "TASKS": os.environ.get("WORKER_TASKS", "default")}
