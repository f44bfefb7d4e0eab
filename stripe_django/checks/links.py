"""Checks of what the project's models declare about their customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from stripe_django.conf import settings
from stripe_django.fields.customer_link import CustomerLink, all_declared

KEY_LENGTH = 40  # of a key in Stripe's metadata


def check_links(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    found = list(all_declared(apps))
    messages: list[CheckMessage] = []
    for model, name, link in found:
        messages += (_error(model, name, *each) for each in mistakes(model, link))
    by_account = Counter((model, link.account) for model, _, link in found)
    for (model, account), count in by_account.items():
        if count > 1:
            said = _("%(count)s declarations are for the account %(account)r.") % {
                "count": count,
                "account": account,
            }
            messages.append(_error(model, "CustomerLink", said, _("Give each its account.")))
    return messages


def mistakes(model: type[models.Model], link: CustomerLink) -> Iterator[tuple[str, str]]:
    """What is wrong with a declaration, and what to do."""
    references = link.references(model)
    if len(references) != 1:
        text = _("%(count)s references to stripe_django.Customer.")
        if link.field:
            text = _("%(count)s references named %(field)r to stripe_django.Customer.")
        yield (
            text % {"count": len(references), "field": link.field},
            _("Name one StripeOneToOneField or StripeForeignKey with field=."),
        )
        return
    if link.owner and not _is_owner(model, link.owner, references[0]):
        yield (
            _("%(owner)r is no one-to-one field.") % {"owner": link.owner},
            _("Name the field of the owner."),
        )
        return
    paths = {"email": link.email, "name": link.name, "params": link.params}
    paths |= {f"metadata[{key!r}]": path for key, path in link.metadata.items()}
    for argument, path in paths.items():
        if path and not _leads(model, path):
            yield (
                _("%(argument)s is %(path)r, which the model does not have.")
                % {"argument": argument, "path": path},
                _("Name an attribute."),
            )
    for key in (link.metadata_key(model), *link.metadata):
        if not 0 < len(key) <= KEY_LENGTH or "[" in key or "]" in key:
            yield (
                _("Stripe takes no key %(key)r in metadata.") % {"key": key},
                _(
                    "Use up to %(key_length)s characters without brackets; key= replaces the"
                    " default."
                )
                % {"key_length": KEY_LENGTH},
            )
    if link.metadata_key(model) in link.metadata:
        yield _("metadata has the key of the row as well."), _("Remove it, or set key=.")
    if link.account and not (link.account.startswith("acct_") or link.account in settings.accounts):
        yield (
            _("No account has the name %(account)r.") % {"account": link.account},
            _("Add it to the setting ACCOUNTS."),
        )


def _is_owner(model: type[models.Model], name: str, reference: models.ForeignKey) -> bool:
    fields = {each.name: each for each in model._meta.fields if each is not reference}
    return isinstance(fields.get(name), models.OneToOneField)


def _leads(model: type[models.Model], path: str) -> bool:
    """Whether a path leads somewhere, as far as the models say."""
    first, _, rest = path.partition(".")
    try:
        field: Any = model._meta.get_field(first)
    except FieldDoesNotExist:
        return hasattr(model, first)
    related = field.related_model
    if not rest:
        return True
    return isinstance(related, type) and _leads(related, rest)


def _error(model: type[models.Model], name: str, said: str, hint: str) -> Error:
    return Error(f"{model.__name__}.{name}: {said}", hint=hint, obj=model, id="stripe_django.E027")
