"""The dashboard and the alert rules name what OpenTelemetry's SDK receives, and nothing else."""

import json
import re
from pathlib import Path

import pytest
import yaml
from opentelemetry.sdk.metrics.export import Gauge, Histogram, Sum

from stripe_django import sync, webhooks
from stripe_django.api.client import Client
from stripe_django.health.measurement import report
from stripe_django.models import Customer
from stripe_django.telemetry.metrics import ALL
from tests import posting

FILES = Path(__file__).parents[2] / "docs/monitoring"
METRIC = re.compile(r"\bstripe_django_\w+")
SELECTOR = re.compile(r"\{[^}]*\}")
LABELS = re.compile(r"by \(([^)]*)\)")
SUFFIXES = {Sum: ("_total",), Histogram: ("_bucket", "_count", "_sum"), Gauge: ("",)}


def rules():
    groups = yaml.safe_load((FILES / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def dashboard():
    return json.loads((FILES / "dashboard.json").read_text(encoding="utf-8"))


def expressions():
    for name, rule in rules().items():
        yield name, rule["expr"]
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.fixture
def received(sdk, measured, endpoint, fake_stripe, settings, django_capture_on_commit_callbacks):
    """The labels of each series, by its name in Prometheus."""

    @webhooks.on("customer.updated")
    def handle(event, row):
        pass

    settings.STRIPE_DJANGO |= {"WEBHOOK_SECRETS": [posting.SECRET], "MAX_NETWORK_RETRIES": 0}
    fake_stripe.create("customer", id="cus_1")
    with django_capture_on_commit_callbacks(execute=True):
        sync.fetch(Customer, "cus_1")
    posting.post(posting.event())
    fake_stripe.fail(status=429)
    with pytest.raises(Exception, match=r"."):
        Client().page("/v1/customers", {})
    report()
    return dict(series(sdk.reader.get_metrics_data()))


def series(data):
    """As the Prometheus exporter of OpenTelemetry names them."""
    for resource in data.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                unit = "_seconds" if metric.unit == "s" else ""
                labels = {key for point in metric.data.data_points for key in point.attributes}
                for suffix in SUFFIXES[type(metric.data)]:
                    name = metric.name.replace(".", "_") + unit + suffix
                    yield name, {key.replace(".", "_") for key in labels} | {"le"}


@pytest.mark.django_db
def test_every_expression_names_what_is_received(received):
    for title, expression in expressions():
        bare = LABELS.sub("", SELECTOR.sub("", expression))
        names = set(METRIC.findall(bare))
        assert names, title
        assert names <= set(received), title
        known = set.union(*(received[name] for name in names))
        used = {each.strip() for found in LABELS.findall(expression) for each in found.split(",")}
        used |= {
            re.split(r"[=!~]", each)[0].strip()
            for found in SELECTOR.findall(expression)
            for each in found[1:-1].split(",")
        }
        assert used - {""} <= known, title


@pytest.mark.django_db
def test_every_metric_is_received_and_shown(received):
    shown = " ".join(expression for _, expression in expressions())
    for metric in ALL:
        assert any(name.startswith(metric.prometheus) for name in received), metric.name
        assert metric.prometheus in shown, metric.name


def test_the_rules_have_what_prometheus_needs():
    for name, rule in rules().items():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, name
        assert rule["labels"]["severity"] in ("warning", "critical"), name
        assert set(rule["annotations"]) == {"summary", "description"}, name


def test_the_panels_do_not_overlap():
    panels = dashboard()["panels"]
    places = {(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels}
    assert len(places) == len({each["id"] for each in panels}) == len(panels)
