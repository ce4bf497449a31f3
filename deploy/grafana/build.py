"""Writes the Grafana dashboard: `python deploy/grafana/build.py > deploy/grafana/isthmus.json`."""

import json

PANELS = [
    ("Requests per second", "sum by (job) (rate(isthmus_http_requests_total[1m]))", "reqps"),
    (
        "Request time p99",
        "histogram_quantile(0.99, sum by (job, le) (rate(isthmus_http_request_seconds_bucket[5m])))",
        "s",
    ),
    ("Errors 5xx per second", 'sum by (job) (rate(isthmus_http_requests_total{status=~"5.."}[1m]))', "reqps"),
    (
        "Gateway: upstream failures",
        "sum by (upstream, reason) (rate(isthmus_gateway_upstream_failures_total[1m]))",
        "ops",
    ),
    ("Outbox depth", "max by (job) (isthmus_outbox_depth)", "short"),
    ("Outbox oldest event", "max by (job) (isthmus_outbox_oldest_seconds)", "s"),
    ("Consumer lag", "sum by (consumer) (isthmus_consumer_lag)", "short"),
    ("Consumed per second", "sum by (consumer, outcome) (rate(isthmus_consumed_total[1m]))", "ops"),
    ("Dead letters", "sum by (topic, kind) (increase(isthmus_dead_letters_total[1h]))", "short"),
    ("Resolution queue", "isthmus_resolution_queue_depth", "short"),
    ("Open review cases", "isthmus_open_review_cases", "short"),
    ("Records resolved per second", "rate(isthmus_records_resolved_total[1m])", "ops"),
    (
        "Comparisons per record",
        "rate(isthmus_pairs_compared_total[5m]) / rate(isthmus_records_resolved_total[5m])",
        "short",
    ),
]
WIDTH, HEIGHT, COLUMNS = 8, 8, 3


def panel(number: int, title: str, expression: str, unit: str) -> dict[str, object]:
    """One time series at its place in the grid."""
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "gridPos": {"x": number % COLUMNS * WIDTH, "y": number // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": expression}],
    }


def dashboard() -> dict[str, object]:
    """The whole dashboard; the Prometheus to ask is a variable."""
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    return {
        "uid": "isthmus",
        "title": "Isthmus",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": [panel(number, *described) for number, described in enumerate(PANELS)],
    }


if __name__ == "__main__":
    print(json.dumps(dashboard(), indent=2))
