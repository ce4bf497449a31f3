"""`/openapi.json` and `/docs` of a running gateway."""

import gzip
from typing import Any

import yaml

from gateway.settings import PACKAGE_FOLDER


def document_of(service: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "paths": {f"/v1/{service}/things": {"get": {"responses": {"200": {"description": "x"}}}}},
    }


async def test_the_document_says_what_is_missing_and_heals(open_door: Any, closed_url: str) -> None:
    door = await open_door(urls={"feedback": closed_url})
    door.service.openapi = document_of("sales")
    async with door.client.get(door.at("/openapi.json")) as answer:
        document = await answer.json()
        etag = answer.headers["ETag"]
    assert "/v1/sales/things" in document["paths"]
    assert document["x-missing-services"] == ["feedback"]
    assert "feedback" in document["info"]["description"]
    assert document["servers"] == [{"url": "/"}]
    async with door.client.get(door.at("/openapi.json"), headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    door.gateway.upstreams["feedback"].url = door.gateway.upstreams["sales"].url
    door.service.openapi = document_of("feedback")
    while "x-missing-services" in document:
        async with door.client.get(door.at("/openapi.json")) as answer:
            document = await answer.json()
    assert {"/v1/sales/things", "/v1/feedback/things"} <= set(document["paths"])


async def test_the_documentation_page_needs_nothing_from_elsewhere(door: Any) -> None:
    async with door.client.get(door.at("/docs"), headers={"Accept-Encoding": "identity"}) as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "://" not in page
    assert "script-src 'self'" in policy
    for path in ("docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"):
        assert f'"{path}"' in page
        async with door.client.get(door.at(f"/{path}"), headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Encoding"] == "gzip"
            assert len(gzip.decompress(await answer.read())) > 100


async def test_every_declared_upstream_is_in_the_readiness(door: Any) -> None:
    declared = yaml.safe_load((PACKAGE_FOLDER / "gateway.yaml").read_text())["upstreams"]
    async with door.client.get(door.at("/readyz")) as answer:
        assert answer.status == 200
        state = await answer.json()
    assert state["upstreams"] == {upstream["name"]: "ready" for upstream in declared}
    assert state["degraded"] == []
