import django
from django.conf import settings


def pytest_report_header():
    return f"Django {django.get_version()} on {settings.DATABASE}"
