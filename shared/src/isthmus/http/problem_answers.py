"""Turns whatever goes wrong in a request into one problem document."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from isthmus.db.errors import DatabaseFault, classify
from isthmus.http.problem_titles import preferred_language, title
from isthmus.http.problems import Conflict, FieldError, Location, Problem, Unavailable, Unprocessable
from isthmus.http.request_id import current_request_id

logger = structlog.get_logger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
_MAX_ERRORS = 100
_LOCATIONS: dict[str, Location] = {"body": "body", "query": "query", "path": "path", "header": "header"}

_HTTP_PROBLEMS = {
    400: ("malformed_body", "The body cannot be read."),
    404: ("route_not_found", "There is nothing at this path."),
    405: ("method_not_allowed", "The path does not take this method."),
    413: ("body_too_large", "The body is larger than allowed here."),
}


def problem_response(problem: Problem, scope: Scope) -> Response:
    """Render a problem in the language the caller of `scope` prefers."""
    language = preferred_language(Headers(scope=scope).get("accept-language"))
    document = {
        "type": f"urn:isthmus:problem:{problem.code}",
        "title": title(problem.status, language),
        "status": problem.status,
        "detail": problem.detail,
        "instance": scope["path"],
        "code": problem.code,
        "request_id": current_request_id(),
        "errors": problem.errors[:_MAX_ERRORS],
    }
    headers = {**problem.headers, "Content-Language": language}
    return Response(_to_json(document), problem.status, headers, PROBLEM_MEDIA_TYPE)


def as_problem(error: Exception) -> Problem:
    """The problem an error is to the caller; what is not foreseen becomes a 500 that says nothing of the inside."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _from_validation(error)
    if isinstance(error, HTTPException):
        return _from_http(error)
    return _from_fault(error) or _unexpected(error)


def install_problem_answers(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        return problem_response(as_problem(error), request.scope)

    for kind in (Problem, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _from_validation(error: RequestValidationError) -> Problem:
    errors = [_field_error(item) for item in error.errors()]
    if any(item.code == "json_invalid" for item in errors):
        return Problem(400, "malformed_json", "The body is not valid JSON.", errors)
    return Unprocessable("validation_failed", "The request has values that are missing or wrong.", errors)


def _field_error(item: Mapping[str, Any]) -> FieldError:
    """Where and why, without the value: it may be personal data."""
    first, *rest = item["loc"]
    location = _LOCATIONS.get(first, "body")
    pointer = "" if item["type"] == "json_invalid" else "".join(f"/{_escape(str(part))}" for part in rest)
    return FieldError(pointer, item["type"], item["msg"], location)


def _escape(part: str) -> str:
    """RFC 6901; a key the caller made up is cut, so that an answer stays small."""
    return part[:200].replace("~", "~0").replace("/", "~1")


def _from_http(error: HTTPException) -> Problem:
    code, detail = _HTTP_PROBLEMS.get(error.status_code, (f"http_{error.status_code}", str(error.detail)))
    return Problem(error.status_code, code, detail, headers=error.headers)


def _from_fault(error: Exception) -> Problem | None:
    fault = classify(error)
    if fault is None:
        return None
    logger.warning("database fault", fault=fault.value, error_type=type(error).__name__, exc_info=error)
    match fault:
        case DatabaseFault.DATA:
            return Unprocessable("invalid_value", "The request holds a value that cannot be stored.")
        case DatabaseFault.CONFLICT:
            return Conflict("conflict", "The request clashes with what is stored.")
        case DatabaseFault.CONTENTION:
            return Unavailable("busy", "Others are changing the same thing; try again.")
        case DatabaseFault.UNAVAILABLE:
            return Unavailable("dependency_unavailable", "Something this needs is away; try again.")


def _unexpected(error: Exception) -> Problem:
    logger.error("request failed", error_type=type(error).__name__, exc_info=error)
    return Problem(500, "internal_error", "Something went wrong here; the request id helps to find out what.")


def _to_json(document: Mapping[str, Any]) -> bytes:
    """Lone surrogates, which a caller can put into a JSON key, are replaced: UTF-8 has none."""
    try:
        return orjson.dumps(document)
    except TypeError:
        errors = [
            FieldError(_without_surrogates(item.pointer), item.code, _without_surrogates(item.message), item.location)
            for item in document["errors"]
        ]
        return orjson.dumps({**document, "instance": _without_surrogates(document["instance"]), "errors": errors})


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
