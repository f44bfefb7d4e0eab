from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class AppsInstall(StripeModel):
    """A Stripe app in an account: the permissions that it has and those that it requests."""

    stripe = Resource("apps.install", list_path="/v1/apps/installs")

    class Channel(models.TextChoices):
        PRIVATE_LIVE = "private_live"
        PRIVATE_TEST = "private_test"
        PUBLIC = "public"
        REVIEW = "review"
        TESTING = "testing"

    class Status(models.TextChoices):
        INSTALL_FAILED = "install_failed"
        INSTALLED = "installed"
        INSTALLING = "installing"
        UNINSTALL_FAILED = "uninstall_failed"
        UNINSTALLING = "uninstalling"

    account = fields.Reference(
        "Account",
        related_name="app_installs",
        help_text="The account where the app is installed.",
    )
    app = fields.CodeField(help_text="Id of the app.")
    approval_required = fields.FlagField(
        help_text="Whether the account still has to agree to what a newer version requests."
    )
    channel = fields.EnumField(
        choices=Channel,
        help_text="How the app reached the account, such as the public marketplace or a test.",
    )
    content_security_policy_granted = fields.HashField(
        help_text="Addresses that the app's pages may call or load images from."
    )
    content_security_policy_pending = fields.HashField(
        help_text="Addresses that the newest version wants for calls and images, not agreed to yet."
    )
    created_by = fields.CodeField(
        help_text="Id of the platform that installed the app from within its own site, if any."
    )
    endpoints_granted = fields.HashField(
        help_text="Web addresses that the account lets the app use."
    )
    endpoints_pending = fields.HashField(
        help_text="Web addresses that the newest version wants, not agreed to yet."
    )
    permissions_granted = fields.HashField(help_text="Rights that the account gave the app.")
    permissions_pending = fields.HashField(
        help_text="Rights that the newest version wants, not agreed to yet."
    )
    status = fields.EnumField(
        choices=Status, help_text="How far the installation, or the removal, has come."
    )
    created = fields.TimestampField(db_index=True, help_text="When the installation was made.")
