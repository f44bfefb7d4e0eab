"""The reference of indicators, metrics, spans and log entries, made from the code."""

import logging
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from sphinx.application import Sphinx
from stripe_models import Generated, indented

from stripe_django import logs
from stripe_django.health.amounts import duration
from stripe_django.health.indicators import INDICATORS, SECONDS
from stripe_django.telemetry import metrics, names


class Indicators(Generated):
    """What the health page measures, with the limits."""

    def lines(self) -> Iterator[str]:
        for name, kind in INDICATORS.items():
            yield f".. describe:: {name}"
            yield from indented(f"{kind.about} {_limit(kind)}", "", f"*{kind.advice}*")


def _limit(kind) -> str:
    if not kind.has_limit:
        return ""
    if kind.limit is None:
        return f"In {kind.unit}; not judged without a limit in :setting:`HEALTH`."
    said = f" ({duration(kind.limit)})" if kind.unit == SECONDS else ""
    return f"Limit: {kind.limit:,.0f} {kind.unit}{said}."


class Metrics(Generated):
    def lines(self) -> Iterator[str]:
        for metric in metrics.ALL:
            kind = type(metric).__name__.lower()
            unit = f" in ``{metric.unit}``" if metric.unit else ""
            yield f".. describe:: {metric.name}"
            about = f"{metric.about} A {kind}{unit}; in Prometheus ``{metric.prometheus}``."
            yield from indented(about, "", f"Attributes: {_names(metric.attributes)}.")


class Spans(Generated):
    def lines(self) -> Iterator[str]:
        for name, kind in names.SPANS.items():
            yield f".. describe:: {name}"
            yield from indented(kind.about, "", f"Attributes: {_names(kind.attributes)}.")


class Attributes(Generated):
    def lines(self) -> Iterator[str]:
        for name, about in names.ATTRIBUTES.items():
            yield f"- ``{name}``: {about}"


class LogEntries(Generated):
    """The entries of the log by their logger."""

    def lines(self) -> Iterator[str]:
        ordered = sorted(logs.ENTRIES.values(), key=attrgetter("area"))
        for area, entries in groupby(ordered, key=attrgetter("area")):
            yield from ("", f"``{logs.ROOT}.{area}``: {logs.AREAS[area]}", "")
            for each in entries:
                yield f"   .. describe:: {each.name}"
                level = logging.getLevelName(each.level)
                text = [f"``{level}`` ``{each.message}``", "", f"Fields: {_names(each.fields)}."]
                yield from (f"   {line}" for line in indented(*text))


def _names(found: tuple[str, ...]) -> str:
    return ", ".join(f"``{name}``" for name in found) or "none"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("stripe-indicators", Indicators)
    app.add_directive("stripe-metrics", Metrics)
    app.add_directive("stripe-spans", Spans)
    app.add_directive("stripe-attributes", Attributes)
    app.add_directive("stripe-log-entries", LogEntries)
    return {"parallel_read_safe": True}
