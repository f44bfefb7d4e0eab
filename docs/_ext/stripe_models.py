"""The reference of models and field types, made from the code."""

from collections.abc import Iterator
from inspect import cleandoc, isfunction
from itertools import groupby
from operator import attrgetter

from django.apps import apps
from django.db import models
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.rst import escape

from stripe_django import fields, registry
from stripe_django.models.areas import Area
from stripe_django.models.base import StripeModel
from stripe_django.models.querysets.base import StripeQuerySet

OWN = frozenset(apps.get_app_config("stripe_django").get_models())
SHARED = tuple(field.name for field in StripeModel._meta.local_fields)


class Generated(SphinxDirective):
    """Stands for the reStructuredText that ``lines()`` gives."""

    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.lines())
        return self.parse_text_to_nodes(text, allow_section_headings=True)

    def lines(self) -> Iterator[str]:
        raise NotImplementedError


def indented(*lines: str) -> Iterator[str]:
    yield ""
    yield from (f"   {line}".rstrip() for text in lines for line in text.splitlines() or [""])
    yield ""


def django_class(field_class: type[models.Field]) -> str:
    """The field class of Django that is nearest to this one."""
    nearest = (each for each in field_class.__mro__ if each.__module__.startswith("django."))
    return next(nearest).__name__


def type_of(field: models.Field) -> str:
    name, own = django_class(type(field)), type(field)
    linked = own.__module__.startswith("stripe_django.")
    text = f":class:`{name} <stripe_django.fields.{own.__name__}>`" if linked else f"``{name}``"
    if field.related_model:
        text += f" to {link_to(field.related_model)}"
    return text


def link_to(model: type[models.Model]) -> str:
    return f":class:`~{model.__module__}.{model.__name__}`"


def name_of(field: models.Field) -> str:
    return field.name if field.many_to_many else field.attname


def help_of(field: models.Field) -> str:
    sentences = [escape(str(field.help_text)), *unit_of(field)]
    if field.choices:
        values = ", ".join(f"``{value}``" for value, _ in field.flatchoices)
        sentences.append(f"Known values: {values}.")
    sources = getattr(field, "source", ())
    places = [f"from ``{each}``" if isinstance(each, str) else "computed" for each in sources]
    if places:
        sentences.append(f"Filled {', or '.join(places)}.")
    return " ".join(sentences)


def unit_of(field: models.Field) -> Iterator[str]:
    """What its type says of every value, which help texts do not repeat."""
    if isinstance(field, models.DateTimeField):
        yield "In UTC."
    if isinstance(field, fields.Amount) and "smallest unit" not in str(field.help_text):
        yield "In the smallest unit of the currency."


def columns_of(model: type[models.Model]) -> list[models.Field]:
    """The model's own fields, and after them those that every row has."""
    both = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return sorted(both, key=lambda field: issubclass(model, StripeModel) and field.name in SHARED)


def entry(model: type[models.Model], columns: list[models.Field]) -> Iterator[str]:
    yield f".. class:: {model.__name__}"
    params = [f":param {name_of(each)}: {help_of(each)}" for each in columns]
    types = [f":type {name_of(each)}: {type_of(each)}" for each in columns]
    about = [cleandoc(model.__doc__), "", *arrival(model), *back_references(model)]
    yield from indented(*about, *params, *types)


def arrival(model: type[models.Model]) -> list[str]:
    """How ``stripe_sync`` comes by the rows."""
    if not issubclass(model, StripeModel):
        return []
    ways = (
        [f"the object at ``{model.stripe.singleton_path}``"] if model.stripe.singleton_path else []
    )
    if model.stripe.list_path:
        once = (
            f", once for each {model.stripe.list_parent}, with ``--children``"
            if model.stripe.list_parent
            else ""
        )
        ways.append(f"the list at ``{model.stripe.list_path}``{once}")
    ways += [
        f"``{key}`` of {link_to(field.related_model)}"
        for field in model._meta.local_fields
        for key in getattr(field, "parent_lists", ())
    ]
    ways = ways or ["events, objects that have it inside, and :func:`~stripe_django.sync.fetch`"]
    return [f"Comes from: {'; '.join(ways)}.", ""]


def back_references(model: type[models.Model]) -> list[str]:
    related = (each for each in model._meta.related_objects if each.related_model in OWN)
    relations = sorted(related, key=lambda relation: relation.name)
    names = [
        f"``{each.get_accessor_name()}`` ({link_to(each.related_model)})" for each in relations
    ]
    return [f"Referred to by: {', '.join(names)}.", ""] if names else []


def in_area(area: Area) -> list[type[StripeModel]]:
    return sorted(
        (model for model in registry.models() if model.stripe.area is area),
        key=attrgetter("__module__", "__name__"),
    )


class ModelIndex(Generated):
    """A line for each area, with links to its models."""

    def lines(self) -> Iterator[str]:
        for area in Area:
            yield f":doc:`{area.label} </reference/models/{area.value}>`"
            yield from indented(", ".join(link_to(model) for model in in_area(area)) + ".")


class Models(Generated):
    """The mirrored models of one area, each with all of its columns."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        ordered = in_area(Area(self.arguments[0]))
        for module, members in groupby(ordered, key=attrgetter("__module__")):
            yield from (f".. module:: {module}", "")
            for model in members:
                title = str(model._meta.verbose_name).title()
                yield from (title, "-" * len(title), "", *entry(model, columns_of(model)))


class OtherTables(Generated):
    """The models that mirror no Stripe object."""

    def lines(self) -> Iterator[str]:
        for model in apps.get_app_config("stripe_django").get_models():
            if not issubclass(model, StripeModel):
                yield from (f".. currentmodule:: {model.__module__}", "")
                yield from entry(model, list(model._meta.local_fields))


class SharedColumns(Generated):
    """The columns of every mirrored row."""

    def lines(self) -> Iterator[str]:
        for field in StripeModel._meta.local_fields:
            yield f"``{field.name}`` ({type_of(field)})"
            yield from (f"   {help_of(field)}", "")


class QuerySets(Generated):
    """The questions that ``objects`` answers: those of every model, and then one model's own."""

    def lines(self) -> Iterator[str]:
        own = {type(model.objects.all()): link_to(model) for model in registry.models()}
        for queryset, whose in {**own, StripeQuerySet: "every model"}.items():
            yield from (f".. currentmodule:: {queryset.__module__}", "")
            yield f".. class:: {queryset.__name__}()"
            methods = (f".. automethod:: {name}" for name in questions_of(queryset))
            yield from indented(f"``objects`` of {whose}.", "", *methods)


def questions_of(queryset: type[models.QuerySet]) -> list[str]:
    return [name for name, each in vars(queryset).items() if isfunction(each) and name[0] != "_"]


class FieldTypes(Generated):
    """The field types and the Django fields that they are."""

    def lines(self) -> Iterator[str]:
        yield from (".. currentmodule:: stripe_django.fields", "")
        for name in fields.__all__:
            each = getattr(fields, name)
            if isinstance(each, type) and issubclass(each, models.Field):
                yield f".. class:: {name}"
                about = f"To Django: ``{django_class(each)}``."
                yield from indented(cleandoc(each.__doc__), "", about)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("stripe-models", Models)
    app.add_directive("stripe-model-index", ModelIndex)
    app.add_directive("stripe-other-tables", OtherTables)
    app.add_directive("stripe-shared-columns", SharedColumns)
    app.add_directive("stripe-querysets", QuerySets)
    app.add_directive("stripe-field-types", FieldTypes)
    return {"parallel_read_safe": True}
