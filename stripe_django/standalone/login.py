from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpRequest

from stripe_django.standalone import PASSWORD, USERNAME


class ThrowAwayLogin(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        is_right = secrets.compare_digest((password or "").encode(), PASSWORD.encode())
        return _superuser() if is_right and username == USERNAME else None


def _superuser() -> User:
    unusable = {"password": make_password(None)}
    rights = {"is_staff": True, "is_superuser": True}
    user, _ = User.objects.get_or_create(username=USERNAME, defaults=unusable | rights)
    return user
