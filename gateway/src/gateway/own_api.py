"""The gateway's own part of the API document: tokens, health, and what it may answer on any path."""

from typing import Any

from gateway.config import Route
from gateway.openapi_merge import SCHEME, Document, scopes_of
from isthmus.http.problems import ProblemBody

_DESCRIPTION = """\
Everything Isthmus knows and does, through one door. Ask `POST /oauth/token` for an access token, send it as
`Authorization: Bearer …`. Errors are problem documents (RFC 9457) with a `code` for programs. Lists are pages:
`items`, `next_cursor`. A `POST` with an `Idempotency-Key` may be repeated. `X-Request-Id` is echoed."""

_ANSWERS = {
    "401": ("Unauthorized", "No valid access token."),
    "403": ("Forbidden", "The token lacks the scope or the org unit."),
    "413": ("TooLarge", "The body is larger than allowed here."),
    "429": ("TooManyRequests", "The rate limit is used up; `Retry-After` says when to go on."),
    "431": ("HeadersTooLarge", "Too many or too long headers."),
    "502": ("BadGateway", "The service broke off before it answered."),
    "503": ("Unavailable", "The service cannot be reached or is busy; try again."),
    "504": ("GatewayTimeout", "The service did not answer in time."),
}

PROBLEM_STATUSES = {status: f"Gateway{name}" for status, (name, _) in _ANSWERS.items()}
"""Status → name of the response component: what the gateway may answer on every path of a service."""


def own_document(routes: list[Route], base_url: str, version: str) -> Document:
    """The document before the services' are merged in; `base_url` is empty when the caller's own address serves."""
    schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = {**schema.pop("$defs", {}), "ProblemBody": schema}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    flow = {"tokenUrl": f"{base_url}/oauth/token", "scopes": scopes_of(routes)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isthmus", "version": version, "description": _DESCRIPTION},
        "servers": [{"url": base_url or "/"}],
        "tags": [{"name": "gateway", "description": "Access tokens and the state of the platform."}],
        "paths": _paths(problem),
        "components": {
            "schemas": schemas | {"AccessToken": _ACCESS_TOKEN},
            "responses": {
                PROBLEM_STATUSES[status]: {"description": text, "content": problem}
                for status, (_, text) in _ANSWERS.items()
            },
            "securitySchemes": {
                SCHEME: {"type": "oauth2", "flows": {"clientCredentials": flow, "password": flow}},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


_ACCESS_TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": {"type": "string", "description": "The scopes granted, separated by spaces."},
    },
}
_TOKEN_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"enum": ["client_credentials", "password"]},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string", "format": "password"},
        "username": {"type": "string"},
        "password": {"type": "string", "format": "password"},
        "scope": {"type": "string", "description": "A part of the scopes held; left out: all of them."},
    },
}


def _paths(problem: dict[str, Any]) -> Document:
    return {
        "/oauth/token": {
            "post": {
                "tags": ["gateway"],
                "operationId": "issue_access_token",
                "summary": "Get an access token",
                "security": [{}, {"basic": []}],
                "requestBody": {
                    "required": True,
                    "content": {"application/x-www-form-urlencoded": {"schema": _TOKEN_FORM}},
                },
                "responses": {
                    "200": {
                        "description": "A token.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AccessToken"}}},
                    },
                    "400": {"description": "The request is wrong; `error` as in RFC 6749.", "content": problem},
                    "401": {"description": "The client is unknown or its secret is wrong.", "content": problem},
                    "413": {"description": "The form is too large.", "content": problem},
                    "429": {"description": "Too many failed attempts.", "content": problem},
                    "431": {"description": "Too many or too long headers.", "content": problem},
                    "503": {"description": "Too many credentials are being checked.", "content": problem},
                },
            }
        },
        "/livez": _state_path("is_alive", "Whether the gateway runs"),
        "/readyz": _state_path("is_ready", "Whether tokens can be issued, and the state of each service"),
    }


def _state_path(operation_id: str, summary: str) -> Document:
    state = {"application/json": {"schema": {"type": "object"}}}
    operation = {"tags": ["gateway"], "operationId": operation_id, "summary": summary, "security": []}
    return {"get": {**operation, "responses": {"200": {"description": "The state.", "content": state}}}}
