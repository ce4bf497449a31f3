"""One request, one transaction: committed before the answer is sent, rolled back on any error."""

from collections.abc import Callable, Coroutine, Sequence
from enum import Enum
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from isthmus.http.openapi import COMMON_RESPONSES

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _RollBack(Exception):  # noqa: N818 - not an error: carries an answer out of the transaction
    def __init__(self, response: Response) -> None:
        self.response = response


class UnitOfWorkRoute(APIRoute):
    """Runs a changing request in one transaction; what the client reads as done is committed."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method in _SAFE_METHODS:
                return await handler(request)
            try:
                return await _in_transaction(request, handler)
            except _RollBack as rolled_back:
                return rolled_back.response

        return handle


async def _in_transaction(request: Request, handler: Handler) -> Response:
    async with request.app.state.context.database.transaction() as session:
        request.state.write_session = session
        response = await handler(request)
        if response.status_code >= 400:
            raise _RollBack(response)
    return response


def service_router(prefix: str = "", tags: Sequence[str | Enum] = (), **options: Any) -> APIRouter:
    """A router of a service's feature: unit of work, common problem answers."""
    return APIRouter(
        prefix=prefix, tags=list(tags), route_class=UnitOfWorkRoute, responses=dict(COMMON_RESPONSES), **options
    )
