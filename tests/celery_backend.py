"""Celery on RabbitMQ for Django's tasks. Its workers run only tasks that the backend has seen.

``django-tasks-celery`` does the same; where it is not installed, because it needs Django 6 and
Python 3.12, ``CeleryBackend`` takes its place.
"""

import os

import django
from celery import Celery
from kombu import Queue

if django.VERSION >= (6, 0):
    from django.tasks.backends.base import BaseTaskBackend
else:
    from django_tasks.backends.base import BaseTaskBackend

BROKER = "amqp://guest:guest@127.0.0.1:5672//"
QUEUE = os.environ.get("CELERY_QUEUE", "stripe_django_tests")

app = Celery("tests", broker=BROKER)
app.conf.task_queues = [Queue(QUEUE, auto_delete=True, expires=120)]
app.conf.task_default_queue = QUEUE
app.conf.worker_prefetch_multiplier = 1  # so that each worker gets one of two tasks


class CeleryBackend(BaseTaskBackend):
    def validate_task(self, task):
        super().validate_task(task)
        if task.module_path not in app.tasks:
            app.task(task.func, name=task.module_path)

    def enqueue(self, task, args, kwargs):
        self.validate_task(task)
        app.send_task(task.module_path, args, kwargs)
