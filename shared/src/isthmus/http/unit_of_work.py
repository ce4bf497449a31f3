"""One request, one transaction: committed before the answer is sent, rolled back on any error."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from email.message import Message
from enum import Enum
from typing import Any

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from isthmus.http import idempotency
from isthmus.http.body_limit import apply_limit_of
from isthmus.http.openapi import COMMON_RESPONSES
from isthmus.http.principal import ensure_scopes_were_checked, principal_of
from isthmus.http.problem_answers import as_problem
from isthmus.http.problems import Problem
from isthmus.http.write_transaction import RefusedError, Run, Transactions, begin

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UnitOfWorkRoute(APIRoute):
    """Runs a changing request in one transaction; what the client reads as done is committed."""

    transactions: Transactions = "session"

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        wants_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def handle(request: Request) -> Response:
            apply_limit_of(self.endpoint, request.scope)
            try:
                principal_of(request)
                if wants_json:
                    _check_media_type(request)
                if request.method in _SAFE_METHODS:
                    return await _answer_granted(request, handler)
                return await _in_transaction(request, handler, self.transactions)
            except Exception as error:
                raise as_problem(error) from error

        return handle


class RawUnitOfWorkRoute(UnitOfWorkRoute):
    """The same, with the transaction on a raw asyncpg connection."""

    transactions = "asyncpg"


async def _in_transaction(request: Request, handler: Handler, kind: Transactions) -> Response:
    with suppress(RefusedError):
        async with begin(request, request.app.state.context.database, kind) as run:
            response = await _answer_once(request, handler, run)
            if response.status_code >= 400:
                raise RefusedError
    return response


async def _answer_once(request: Request, handler: Handler, run: Run) -> Response:
    """Answer a request; a POST with a key that was answered before gets the same answer, without effect."""
    if request.method != "POST" or idempotency.IDEMPOTENCY_HEADER not in request.headers:
        return await _answer_granted(request, handler)
    stored = await idempotency.begin(request, run, request.app.state.context.clock)
    if stored is not None:
        return stored
    response = await _answer_granted(request, handler)
    if response.status_code < 400:
        await idempotency.finish(request, run, response)
    return response


async def _answer_granted(request: Request, handler: Handler) -> Response:
    response = await handler(request)
    ensure_scopes_were_checked(request)
    return response


def _check_media_type(request: Request) -> None:
    """Raise 415 for a body that says it is, or does not say it is not, something else than JSON."""
    given = request.headers.get("content-type")
    if given is None and request.headers.get("content-length", "0") == "0":
        return
    message = Message()
    message["content-type"] = given or "application/octet-stream"
    subtype = message.get_content_subtype()
    if message.get_content_maintype() != "application" or not (subtype == "json" or subtype.endswith("+json")):
        raise Problem(415, "unsupported_media_type", "Send the body as application/json.")


def service_router(
    prefix: str = "", tags: Sequence[str | Enum] = (), transactions: Transactions = "session", **options: Any
) -> APIRouter:
    """A router of a service's feature: one transaction a changing request, the common problem answers."""
    route = UnitOfWorkRoute if transactions == "session" else RawUnitOfWorkRoute
    return APIRouter(prefix=prefix, tags=list(tags), route_class=route, responses=dict(COMMON_RESPONSES), **options)
