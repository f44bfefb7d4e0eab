"""``python -m tests.start CASE``: start a project, and print what that took as JSON.

``cpu`` in seconds and ``memory`` in MB are those of the whole process. The cases are ``django``, a
project without this package; ``package``, with its URLs; ``admin``, with its pages, too; ``sdk``,
Django's and Stripe's SDK imported; and ``app:NAME`` and ``urls:MODULE:NAME``, with another app.
"""

import json
import re
import sys
import time
from pathlib import Path
from types import ModuleType

import django
from django.conf import settings

URLS = "project_urls"
APPS = ("auth", "contenttypes", "messages", "sessions")
LARGE = ("stripe", "requests", "httpx", "aiohttp", "opentelemetry", "django.contrib.admin")


def start(apps, urls):
    """Load Django, the apps and the URLs, as a server does before its first request."""
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), *apps],
        ROOT_URLCONF=URLS,
        SECRET_KEY="only for the tests",
        STRIPE_DJANGO={"API_KEY": "sk_test_not_a_real_key", "WEBHOOK_SECRETS": ["whsec_none"]},
        STRIPE_TEST_SECRET_KEY="sk_test_notARealKeyNotARealKey00",
        DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
    )
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import get_resolver, include, path

    sys.modules[URLS] = module = ModuleType(URLS)
    module.urlpatterns = []
    django.setup()
    if "django.contrib.admin" in apps:
        from django.contrib import admin

        module.urlpatterns.append(path("admin/", admin.site.urls))
    if urls:
        module.urlpatterns.append(path("stripe/", include(urls)))
    WSGIHandler()
    get_resolver()._populate()


def main(case):
    kind, _, rest = case.partition(":")
    if kind in ("django", "sdk"):
        start([], "")
    elif kind == "package":
        start(["stripe_django"], "stripe_django.urls")
    elif kind == "admin":
        start(["stripe_django", "django.contrib.admin"], "stripe_django.urls")
    elif kind == "app":
        start([rest], "")
    else:
        urls, _, app = rest.partition(":")
        start([app], urls)
    if kind == "sdk":
        import stripe  # noqa: F401
    cpu = time.process_time()
    pages = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    own = sum(name.partition(".")[0] == "stripe_django" for name in sys.modules)
    found = [name for name in LARGE if name in sys.modules]
    print(json.dumps({"cpu": cpu, "memory": int(pages[1]) / 1024, "own": own, "large": found}))


if __name__ == "__main__":
    main(sys.argv[1])
