"""The OpenAPI document: every problem a route can answer with is in it."""

from typing import Any

from isthmus.http.problems import ProblemBody

_PROBLEMS = {
    400: "The request cannot be read.",
    401: "No valid caller identity.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "The state of the thing does not allow this.",
    412: "The thing has changed since it was read.",
    413: "The body is too large.",
    415: "The body is of an unknown media type.",
    422: "The request is wrong; `errors` names the fields.",
    428: "A change must say which version it is meant for.",
    503: "Something this depends on is away; try again.",
}

COMMON_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "model": ProblemBody} for status, description in _PROBLEMS.items()
}
