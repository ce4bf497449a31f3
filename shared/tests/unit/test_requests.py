"""Around a request: its id, safe headers, metrics by route template, health, and what the document promises."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import REGISTRY

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.http import Principal, require, service_router
from isthmus.service import ReadinessCheck, Service, create_app
from isthmus.settings import ServiceSettings

inner = service_router("/{note_id}/lines", tags=["notes"])


@inner.get("/{line}")
async def read_line(note_id: str, line: int, _caller: Annotated[Principal, require("notes")]) -> dict[str, str]:
    return {"note_id": note_id}


@inner.post("")
async def add_line(note_id: str, _caller: Annotated[Principal, require("notes")]) -> dict[str, str]:
    return {"note_id": note_id}


outer = APIRouter(prefix="/v1/notes")
outer.include_router(inner)


@pytest.fixture
def app(service_settings: ServiceSettings) -> FastAPI:
    service = Service(name="plumbing", package="plumbing", title="Plumbing", routers=[outer])
    return create_app(service, service_settings, Database(service_settings), SystemClock())


def count(route: str, method: str, status: str) -> float:
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("isthmus_http_requests_total", labels) or 0.0


async def test_a_request_id_is_kept_when_well_formed_else_made(app: FastAPI, client_of: Any) -> None:
    client = client_of(app)
    kept = await client.get("/v1/notes/n/lines/1", headers={"X-Request-Id": "abc-123"})
    assert kept.headers["x-request-id"] == "abc-123"
    for bad in ("x" * 200, "a b", "", "名".encode()):
        made = await client.get("/v1/notes/n/lines/1", headers={"X-Request-Id": bad})
        assert made.headers["x-request-id"] not in {bad, "abc-123"}


async def test_answers_carry_safe_headers(app: FastAPI, client_of: Any) -> None:
    for path in ("/v1/notes/n/lines/1", "/nowhere", "/livez"):
        headers = (await client_of(app).get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


async def test_metrics_name_the_full_template_and_never_the_path(app: FastAPI, client_of: Any) -> None:
    route = "/v1/notes/{note_id}/lines/{line}"
    before = count(route, "GET", "200"), count(route, "GET", "422"), count("unmatched", "GET", "404")
    client = client_of(app)
    await client.get("/v1/notes/13800138000/lines/1")
    await client.get("/v1/notes/13800138000/lines/x")
    await client.get("/wp-login.php")
    after = count(route, "GET", "200"), count(route, "GET", "422"), count("unmatched", "GET", "404")
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1, 1]
    exposed = (await client.get("/metrics")).text
    assert route in exposed
    assert "13800138000" not in exposed
    assert "wp-login" not in exposed


async def test_health_needs_no_identity_and_names_what_is_missing(
    service_settings: ServiceSettings, client_of: Any
) -> None:
    async def full(_context: object) -> str | None:
        return "the shelf is full"

    service = Service(name="plumbing", package="p", title="P", readiness=[ReadinessCheck("shelf", full)])
    app = create_app(service, service_settings, Database(service_settings), SystemClock())
    client = client_of(app, identity=False)
    assert (await client.get("/livez")).status_code == 200
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    checks = ready.json()["checks"]
    assert checks["shelf"] == {"ready": False, "reason": "the shelf is full"}
    assert checks["database"]["ready"] is False
    assert "127.0.0.1" not in ready.text


async def test_the_document_describes_problems_and_idempotency(app: FastAPI, client_of: Any) -> None:
    document = (await client_of(app, identity=False).get("/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "FieldError" in document["components"]["schemas"]
    post = document["paths"]["/v1/notes/{note_id}/lines"]["post"]
    assert set(post["responses"]) >= {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "503"}
    for status, answer in post["responses"].items():
        if status != "200":
            assert answer["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
    assert "Idempotency-Key" in [parameter["name"] for parameter in post["parameters"]]
    assert post["security"] == [{"gateway identity": []}]
    assert "/livez" not in document["paths"]
