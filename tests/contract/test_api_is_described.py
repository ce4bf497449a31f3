"""Whoever integrates reads the API documents alone: every operation, parameter and field says what it is."""

from collections.abc import Iterator
from typing import Any

import pytest

import aftersales.service
import call_center.service
import customer_master.service
import feedback.service
import sales.service
from isthmus.service import Service
from isthmus.service.application import describe

SERVICES = (
    sales.service.service,
    aftersales.service.service,
    call_center.service.service,
    feedback.service.service,
    customer_master.service.SERVICE,
)


def undescribed(document: dict[str, Any]) -> Iterator[str]:
    """Each operation, parameter, model and field without a description."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if not operation.get("description"):
                yield f"{method} {path}"
            for parameter in operation.get("parameters", []):
                if not parameter.get("description") and parameter["name"] != "X-Isthmus-Identity":
                    yield f"{method} {path} {parameter['name']}"
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and not schema.get("description") and not name.startswith("Body_"):
            yield name
        for field, inner in schema.get("properties", {}).items():
            if not inner.get("description"):
                yield f"{name}.{field}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_everything_in_the_api_document_is_described(service: Service) -> None:
    assert sorted(undescribed(describe(service).openapi())) == []
