"""A caller's trace goes on through us, with or without an exporter; spans are named by route template."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.http import Principal, require, service_router
from isthmus.observability import tracing
from isthmus.observability.tracing import configure_tracing, consumer_span, current_traceparent
from isthmus.service import Service, create_app
from isthmus.settings import ServiceSettings

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"

router = service_router("/v1/traces", tags=["traces"])


@router.get("/{number}")
async def read_trace(number: int, _caller: Annotated[Principal, require("notes")]) -> str | None:
    if number == 0:
        raise ZeroDivisionError
    return current_traceparent()


@pytest.fixture
def app(service_settings: ServiceSettings) -> FastAPI:
    service = Service(name="plumbing", package="plumbing", title="Plumbing", routers=[router])
    return create_app(service, service_settings, Database(service_settings), SystemClock())


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


async def test_without_an_exporter_the_callers_trace_is_kept_and_none_is_made_up(app: FastAPI, client_of: Any) -> None:
    client = client_of(app)
    assert (await client.get("/v1/traces/1", headers={"traceparent": TRACEPARENT})).json() == TRACEPARENT
    assert (await client.get("/v1/traces/1")).json() is None
    assert (await client.get("/v1/traces/1", headers={"traceparent": "garbage"})).json() is None


async def test_a_span_joins_the_callers_trace_under_the_routes_name(
    app: FastAPI, client_of: Any, exported: InMemorySpanExporter
) -> None:
    client = client_of(app)
    inner = (await client.get("/v1/traces/1", headers={"traceparent": TRACEPARENT})).json()
    await client.get("/v1/traces/0", headers={"traceparent": TRACEPARENT})
    good, bad = exported.get_finished_spans()
    assert good.name == bad.name == "GET /v1/traces/{number}"
    assert trace.format_trace_id(good.get_span_context().trace_id) == TRACE_ID
    assert trace.format_span_id(good.get_span_context().span_id) in inner
    assert good.attributes is not None
    assert good.attributes["http.response.status_code"] == 200
    assert (good.status.status_code, bad.status.status_code) == (trace.StatusCode.UNSET, trace.StatusCode.ERROR)


def test_an_event_is_processed_within_the_trace_it_was_made_in(exported: InMemorySpanExporter) -> None:
    with consumer_span("golden-links", TRACEPARENT):
        assert TRACE_ID in (current_traceparent() or "")
    assert exported.get_finished_spans()[0].kind is trace.SpanKind.CONSUMER


def test_tracing_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    set_providers: list[object] = []
    monkeypatch.setattr(trace, "set_tracer_provider", set_providers.append)
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    configure_tracing("plumbing")
    assert set_providers == []
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    configure_tracing("plumbing")
    assert len(set_providers) == 1
    assert isinstance(set_providers[0], TracerProvider)
    set_providers[0].shutdown()
