"""OpenTelemetry traces: off unless the `OTEL_*` environment names an endpoint; a caller's trace is kept anyway."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.propagate import extract, inject

_tracer = trace.get_tracer("isthmus")


def configure_tracing(service: str) -> None:
    """Export spans of this process as OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` or its traces variant is set."""
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not any(os.environ.get(name) for name in endpoints) or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return
    # Loaded only where spans are exported: it takes half a second.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def current_traceparent() -> str | None:
    """The W3C `traceparent` of where we are, to be sent on with an event; None outside of any trace."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def server_span(method: str, headers: Mapping[str, str]) -> Iterator[trace.Span]:
    """The span of answering one request, within the caller's trace if it sent one."""
    with _tracer.start_as_current_span(method, context=extract(headers), kind=trace.SpanKind.SERVER) as span:
        yield span


def end_server_span(span: trace.Span, method: str, route: str, status: int) -> None:
    """Name the span after its route and note how the request ended."""
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= 500:
        span.set_status(trace.StatusCode.ERROR)


@contextmanager
def consumer_span(name: str, traceparent: str | None) -> Iterator[trace.Span]:
    """The span of processing one message or batch, within the trace its event was made in."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    with _tracer.start_as_current_span(name, context=extract(carrier), kind=trace.SpanKind.CONSUMER) as span:
        yield span
