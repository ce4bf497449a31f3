"""The merged API document is true: random requests find no fault and no answer that is not in it."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from platform_client import Platform
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 4
CHANGES = "/v1/customers/changes"
"""A stream that follows ends by itself after minutes only, so this is asked for what there is."""
SERVICES = ("sales", "aftersales", "call-center", "feedback", "customers", "customer-records")


@schemathesis.serializer("application/x-ndjson")
def write_ndjson(_context: Any, value: Any) -> bytes:
    """An upload is lines of text; whatever is drawn for it is sent as one."""
    return str(value).encode("utf-8", errors="replace")


def document(platform: Platform) -> dict[str, Any]:
    """The merged document, once every service is in it."""

    def complete() -> dict[str, Any] | None:
        merged: dict[str, Any] = platform.get("/openapi.json")
        return merged if all(any(f"/v1/{name}" in path for path in merged["paths"]) for name in SERVICES) else None

    return platform.wait_until(complete, what="all services in the merged document")


def test_random_requests_find_no_fault_and_no_undocumented_answer(platform: Platform) -> None:
    gateway = platform.run["gateway"]
    bearer = {"Authorization": f"Bearer {platform.token()}"}
    sent = 0

    def fuzz(operation: Any) -> None:
        @seed(0)
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.data())
        def run(data: st.DataObject) -> None:
            nonlocal sent
            case = data.draw(operation.as_strategy())
            if operation.path == CHANGES:
                case.query = {**(case.query or {}), "follow": "false"}
            response = case.call(base_url=gateway, headers=bearer, timeout=30)
            sent += 1
            case.validate_response(response, checks=CHECKS)

        run()

    schema = schemathesis.openapi.from_dict(document(platform))
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:
        fuzz(operation)
    assert sent > len(operations)
