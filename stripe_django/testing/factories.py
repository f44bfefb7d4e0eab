"""factory_boy factories for every model: ``ChargeFactory()``, ``factory_for(Charge)``.

All are derived from the models. A factory makes a payload, and has the sync layer write it as the
whole of what Stripe said about the object one hour ago; the row comes from the database. So it is
older than what a test applies afterwards and dates now.

Keywords are those of ``payload``, and besides:

- a row stands for its id: ``ChargeFactory(customer=CustomerFactory())``;
- two underscores lead into a hash, or into an object of its own that a reference gets:
  ``ChargeFactory(billing_details__name="Ada", customer__email="a@example.com")``;
- ``as_of`` (an aware ``datetime``) is the time at which all that was true, ``stripe_account`` the
  connected account that the object lives in, and ``seed`` as for ``payload``: each call has
  another one, and none that a ``FakeStripe`` has, so that their ids differ.

``build()`` gives an unsaved instance and needs no database. What belongs to another object and
has no id, such as the evidence of a dispute, comes with that object.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from django.utils import timezone
from factory.base import Factory
from factory.declarations import LazyFunction, Sequence
from factory.enums import BUILD_STRATEGY
from factory.helpers import make_factory

from stripe_django import fields, registry, sync
from stripe_django.models.base import StripeModel, columns
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.rows import Moment, Rank, Row
from stripe_django.sync.mapping.schema import schema_for, target_of

from .sample_payloads import payload

M = TypeVar("M", bound=StripeModel)

AGE = timedelta(hours=1)


class StripeFactory(Factory[M]):
    """Makes rows of one model; a subclass may declare defaults for keys of the payload.

    Raises ``ValueError`` if the database has newer content of the object than ``as_of``.
    """

    class Meta:
        abstract = True

    seed = Sequence(lambda number: -1 - int(number))  # type: ignore[no-untyped-call]
    as_of = LazyFunction(lambda: timezone.now() - AGE)  # type: ignore[no-untyped-call]
    stripe_account = ""

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> M:
        plain: dict[str, Any] = {}
        inner: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, value in params.items():
            root, _, rest = name.partition("__")
            if rest and root not in cls._meta.declarations:
                inner[root][rest] = value
            else:
                plain[name] = value
        for root, values in inner.items():
            plain[root] = cls._inner(strategy, root, values)
        made: M = super()._generate(strategy, plain)  # type: ignore[no-untyped-call]
        return made

    @classmethod
    def _inner(cls, strategy: str, key: str, values: dict[str, Any]) -> Any:
        column = columns(cls._meta.model).get(key)
        if isinstance(column, fields.Reference):
            inner = factory_for(target_of(column))
            return inner.build(**values) if strategy == BUILD_STRATEGY else inner.create(**values)
        return _unfolded(values)

    @classmethod
    def _create(
        cls, model_class: type[M], *, seed: int, as_of: datetime, stripe_account: str, **keys: Any
    ) -> M:
        content = _content(model_class, seed, keys)
        result = sync.apply(content, as_of=as_of, account=stripe_account)
        _, stripe_id = result.applied[0]
        row: M = model_class._default_manager.using(result.using).get(stripe_id=stripe_id)
        if row.as_of is None or row.as_of > as_of:
            raise ValueError(f"{row} is stored as of {row.as_of}: pass as_of= to make it newer.")
        return row

    @classmethod
    def _build(
        cls, model_class: type[M], *, seed: int, as_of: datetime, stripe_account: str, **keys: Any
    ) -> M:
        content = _content(model_class, seed, keys)
        rows = mapper.to_rows(content, moment=Moment(as_of, Rank.READ), account=stripe_account)
        return _unsaved(model_class, next(row for row in rows if row.model is model_class))


def _content(model: type[StripeModel], seed: int, keys: dict[str, Any]) -> dict[str, Any]:
    """The payload that gives the row."""
    given = _plain(keys)
    if model.stripe.id_from != ("parent",):
        return payload(model.stripe.object_name, seed=seed, **given)
    owner, key = _owner(model)
    return payload(owner.stripe.object_name, seed=seed, **{key: given})


def _owner(model: type[StripeModel]) -> tuple[type[StripeModel], str]:
    """The model whose objects have those of ``model`` inside, and the key that these are under."""
    return next(
        (owner, key)
        for owner in registry.models()
        for key, column in columns(owner).items()
        if isinstance(column, fields.Reference) and column.owned and column.related_model is model
    )


def _plain(value: Any) -> Any:
    """Ids in place of rows, at any depth."""
    if isinstance(value, StripeModel):
        return value.api_id or value.stripe_id
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _unfolded(values: dict[str, Any]) -> dict[str, Any]:
    """``{"address__city": …}`` as ``{"address": {"city": …}}``."""
    unfolded: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split("__")
        place = unfolded
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return unfolded


def _unsaved(model: type[M], row: Row) -> M:
    values = {
        column.attname: json.loads(value, cls=fields.ExactDecoder)
        if column.is_json and value is not None
        else value
        for column, value in zip(schema_for(model).columns, row.values, strict=True)
    }
    return model(
        stripe_id=row.stripe_id,
        stripe_account=row.account,
        as_of=row.moment.as_of,
        as_of_kind=row.moment.kind,
        digest=row.digest,
        extra=json.loads(row.extra, cls=fields.ExactDecoder),
        **values,
    )


def factory_for(model: type[M]) -> type[StripeFactory[M]]:
    """The factory of a model: calling it, or its ``create()``, gives a row."""
    return _factory(model)


@cache
def _factory(model: type[StripeModel]) -> type[StripeFactory[Any]]:
    options = {"FACTORY_CLASS": StripeFactory, "__module__": __name__}
    made: type[StripeFactory[Any]] = make_factory(model, **options)  # type: ignore[no-untyped-call]
    return made


def __getattr__(name: str) -> type[StripeFactory[Any]]:
    """``ChargeFactory`` and so on, by the model's name."""
    for model in registry.models():
        if name == f"{model.__name__}Factory":
            return factory_for(model)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
