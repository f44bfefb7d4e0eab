"""What OpenTelemetry's SDK receives, in memory."""

from collections import defaultdict
from types import SimpleNamespace

import pytest

pytest.importorskip("opentelemetry.sdk")

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

DELTA = AggregationTemporality.DELTA


class Spans(SpanExporter):
    """Keeps the spans of one test: a provider can be set only once in a process."""

    def __init__(self):
        self.kept = None

    def export(self, spans):
        if self.kept is not None:
            self.kept.extend(spans)
        return SpanExportResult.SUCCESS


@pytest.fixture(scope="session")
def sdk():
    exporter, reader = Spans(), InMemoryMetricReader({Counter: DELTA, Histogram: DELTA})
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(meters)
    return SimpleNamespace(exporter=exporter, reader=reader)


@pytest.fixture
def spans(sdk):
    """The spans that have ended, the first one first."""
    sdk.exporter.kept = []
    yield sdk.exporter.kept
    sdk.exporter.kept = None


@pytest.fixture
def measured(sdk):
    """A function that returns what was recorded since: points by the names of the metrics."""

    def read():
        data, found = sdk.reader.get_metrics_data(), defaultdict(list)
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found[metric.name] += metric.data.data_points
        return found

    read()
    return read
