"""The OpenAPI document: every problem a route can answer with is in it, as problem+json."""

import asyncio
from functools import cache
from typing import Any

import orjson
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi

from isthmus.http.problems import ProblemBody

_PROBLEMS = {
    400: "The request cannot be read.",
    401: "No valid caller identity.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "The state of the thing does not allow this.",
    410: "The thing was erased.",
    412: "The thing has changed since it was read.",
    413: "The body is too large.",
    415: "The body is of an unknown media type.",
    422: "The request is wrong; `errors` names the fields.",
    428: "A change must say which version it is meant for.",
    500: "Something went wrong here.",
    503: "Something this depends on is away; try again.",
}

_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}

COMMON_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM_SCHEMA}}}
    for status, description in _PROBLEMS.items()
}

_IDEMPOTENCY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeats with the same key and body have one effect and get the same answer, for a day at least.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]{1,255}$"},
}


def install_openapi(app: FastAPI) -> None:
    """Make `app` describe problems and `Idempotency-Key`, and leave out FastAPI's own error schema."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's documented way to change the document
    rendered = cache(lambda: orjson.dumps(app.openapi()))
    one_at_a_time = asyncio.Lock()

    @app.get("/openapi.json", include_in_schema=False)
    async def describe() -> Response:
        """Give the document; made when first asked for, in a thread, since it takes seconds."""
        async with one_at_a_time:
            return Response(await asyncio.to_thread(rendered), media_type="application/json")


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for path in document.get("paths", {}).values():
        if "post" in path:
            path["post"].setdefault("parameters", []).append(_IDEMPOTENCY_PARAMETER)
        for operation in path.values():
            _describe_numbers(operation.get("parameters", []))
    return document


def _describe_numbers(parameters: list[dict[str, Any]]) -> None:
    """Say of each number in a path what it is the number of, as its name does."""
    for parameter in parameters:
        thing = parameter["name"].removesuffix("_id").replace("_", " ")
        if parameter["in"] == "path" and parameter["name"].endswith("_id") and not parameter.get("description"):
            parameter["description"] = f"Number of the {thing} (编号)."
