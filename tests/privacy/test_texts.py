"""Errors that are stored anywhere lose what they quote."""

from django.apps import apps

from stripe_django import registry
from stripe_django.models import CustomerCreation
from stripe_django.sync.privacy.texts import ERRORS

# Its errors are the classes of errors alone, and go as soon as the customer exists.
ELSEWHERE = {(CustomerCreation, "error")}


def test_each_table_with_errors_is_gone_through():
    stored = {
        (model, "error")
        for model in apps.get_app_config("stripe_django").get_models()
        if model not in registry.models()
        and "error" in {field.name for field in model._meta.concrete_fields}
    }
    assert stored - ELSEWHERE <= set(ERRORS)
