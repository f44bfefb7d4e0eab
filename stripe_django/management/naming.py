"""Suggestions for mistyped names of objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import SequenceMatcher

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.models.base import StripeModel
from stripe_django.sync.scope import models_in_scope

EVENTS = ("event", "v2.core.event")
SHOWN = 5
ALIKE = 0.6  # the similarity of a probable typing error


def in_scope(names: Sequence[str]) -> list[type[StripeModel]]:
    """The named models, or all in scope, listed or not."""
    scope = models_in_scope()
    known = {model.stripe.object_name: model for model in registry.models() if model in scope}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CommandError(
            "\n".join(
                _("Not in scope: %(nearest)s") % {"nearest": nearest(name, known)}
                for name in unknown
            )
        )
    return [known[name] for name in names or known]


def listed(names: Sequence[str], models: Iterable[type[StripeModel]]) -> list[type[StripeModel]]:
    """The named ones of models that Stripe lists, which are read at any cost."""
    known = {model.stripe.object_name: model for model in models}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CommandError("\n".join(_unlisted(name, known) for name in unknown))
    return [known[name] for name in names]


def _unlisted(name: str, known: Collection[str]) -> str:
    """Why there is no such list, and what was probably meant."""
    scope = models_in_scope()
    nested = {model.stripe.object_name for model in registry.models() if model in scope} - {*known}
    for singular in (name, name.removesuffix("s")):
        if singular in EVENTS and singular not in known:
            return _("%(singular)s is a log of 30 days: stripe_events poll fills its gaps.") % {
                "singular": singular
            }
        if singular in nested:
            return _(
                "Stripe has no list of %(singular)s: it comes inside the objects that have it."
            ) % {"singular": singular}
    return _("Stripe has no list of %(nearest)s") % {"nearest": nearest(name, known)}


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the name, the most similar known one, and five similar ones.

    Case and separators are ignored: ``PaymentIntents`` is similar to ``payment_intent``.
    """
    wanted = _letters(name)
    near = sorted(known, key=lambda each: -_likeness(wanted, _letters(each)))[:SHOWN]
    if not near:
        return f"{name}."
    is_likely = _likeness(wanted, _letters(near[0])) >= ALIKE
    text = _("%(name)s. The nearest names: %(names)s.")
    if is_likely:
        text = _("%(name)s: did you mean %(nearest)s? The nearest names: %(names)s.")
    return text % {"name": name, "nearest": near[0], "names": ", ".join(near)}


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
