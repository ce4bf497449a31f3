"""Random requests made from a service's own OpenAPI document: none may find a fault or an answer that is not in it."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from isthmus.testing.business import BusinessServiceUnderTest

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


async def fuzz_api(
    under_test: BusinessServiceUnderTest, known: Mapping[str, str], *, max_examples: int, versions: int = 3
) -> int:
    """Send each operation up to `max_examples` requests, valid and invalid ones; returns how many were sent.

    `known` gives for path parameters a value that exists, so that requests get past the 404. Raises what
    schemathesis raises for the first answer that is a 5xx, undocumented, or not as the document says.
    """
    schema = schemathesis.openapi.from_dict(under_test.app.openapi())
    loop = asyncio.get_running_loop()
    sent = refused = 0

    async def send(case: Any, tag: str | None) -> httpx2.Response:
        prepared: Any = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
        headers = httpx2.Headers(dict(prepared.headers.items()))
        headers.update(under_test.headers() | ({"If-Match": tag} if tag else {}))
        if prepared.body is None:
            headers.pop("Content-Length", None)
        request = under_test.client.build_request(prepared.method, prepared.url, content=prepared.body, headers=headers)
        return await under_test.client.send(request)

    def fuzz(operation: Any) -> None:
        @seed(0)
        @settings(max_examples=max_examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.data())
        def run(data: st.DataObject) -> None:
            nonlocal sent, refused
            case = data.draw(operation.as_strategy())
            if data.draw(st.booleans()):
                case.path_parameters.update({name: known[name] for name in case.path_parameters or {} if name in known})
            tag = data.draw(st.one_of(st.none(), st.integers(1, versions).map(lambda number: f'"{number}"')))
            response = asyncio.run_coroutine_threadsafe(send(case, tag), loop).result()
            sent += 1
            refused += response.status_code == HTTPStatus.UNAUTHORIZED
            case.validate_response(response, checks=CHECKS)

        run()

    operations: list[Any] = list(schema.get_all_operations())
    for result in operations:
        await asyncio.to_thread(fuzz, result.ok())
    assert refused < sent / 2, "the fuzz is not let in"  # noqa: S101 - a test's
    return sent
