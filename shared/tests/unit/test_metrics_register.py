"""Every metric is declared once, says what it means, and labels nobody."""

import re

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from isthmus.observability import metrics

DECLARED = [item for item in vars(metrics).values() if isinstance(item, MetricWrapperBase)]
HIGH_CARDINALITY = {"path", "url", "customer", "golden_id", "record_id", "subject", "phone", "vin", "request_id"}


def test_there_are_metrics() -> None:
    assert len(DECLARED) >= 5


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: str(metric._name))
def test_a_metric_is_named_explained_and_bounded(metric: MetricWrapperBase) -> None:
    assert re.fullmatch(r"isthmus_[a-z][a-z0-9_]*", metric._name)
    assert metric._documentation.endswith(".")
    assert not set(metric._labelnames) & HIGH_CARDINALITY
    assert isinstance(metric, Counter | Gauge | Histogram)
    if isinstance(metric, Histogram):
        assert metric._name.rsplit("_", 1)[-1] in {"seconds", "bytes", "records", "rows", "events", "messages", "size"}


def test_names_are_unique() -> None:
    names = [metric._name for metric in DECLARED]
    assert len(names) == len(set(names))
