"""The form field of a reference from a project's own models."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError

from .references import ID_LENGTH


class StripeChoiceField(forms.ModelChoiceField):
    """Accepts an id without a row where the form offers no choice of rows.

    That is the id which the form's instance has already, and any id in a raw id widget of the
    admin. The cleaned value is then the id, a ``str``, in place of a row.
    """

    current: Any = None

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        self.current = form.get_initial_for_field(self, field_name)
        return super().get_bound_field(form, field_name)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            if self._may_be_absent(value):
                return value
            raise

    def _may_be_absent(self, value: Any) -> bool:
        if not isinstance(value, str) or not 0 < len(value) <= ID_LENGTH or "\0" in value:
            return False
        assert self.queryset is not None
        is_here = self.queryset.model._base_manager.filter(stripe_id=value).exists()
        is_raw = isinstance(self.widget, ForeignKeyRawIdWidget)
        return not is_here and (is_raw or value == self.current)
