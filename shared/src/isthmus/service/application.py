"""The HTTP application of a service, put together the same way in all of them."""

from collections.abc import Sequence
from functools import partial

from fastapi import FastAPI

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.http.body_limit import BodyLimitMiddleware
from isthmus.http.health import NamedCheck, health_router
from isthmus.http.openapi import install_openapi
from isthmus.http.principal import Authenticator
from isthmus.http.problem_answers import install_problem_answers
from isthmus.http.request_middleware import RequestMiddleware
from isthmus.service.definition import Service, ServiceContext
from isthmus.settings import ServiceSettings


def create_app(service: Service, settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The application that answers the service's routes; tests call it without a server."""
    return assemble(service, ServiceContext(settings, database, clock, service))


def assemble(service: Service, context: ServiceContext, extra_checks: Sequence[NamedCheck] = ()) -> FastAPI:
    """As `create_app`, with a context made elsewhere and with more conditions of being ready."""
    app = describe(service)
    _attach(app, service, context, extra_checks)
    return app


def assemble_worker(service: Service, context: ServiceContext, extra_checks: Sequence[NamedCheck] = ()) -> FastAPI:
    """The small application of a process that only works in the background: health and metrics."""
    app = _bare_app(service)
    _attach(app, service, context, extra_checks)
    return app


def describe(service: Service) -> FastAPI:
    """The application with its routes and nothing behind them: enough for the OpenAPI document."""
    app = _bare_app(service)
    for router in service.routers:
        app.include_router(router)
    return app


def _bare_app(service: Service) -> FastAPI:
    app = FastAPI(title=service.title, openapi_url=None, docs_url=None, redoc_url=None)
    install_problem_answers(app)
    install_openapi(app)
    return app


def _attach(app: FastAPI, service: Service, context: ServiceContext, extra_checks: Sequence[NamedCheck]) -> None:
    app.add_middleware(BodyLimitMiddleware, max_body_bytes=context.settings.max_body_bytes)
    app.add_middleware(RequestMiddleware)
    app.state.context = context
    app.state.authenticator = Authenticator(context.settings.identity_public_key, service.name)
    own = [NamedCheck(check.name, partial(check.check, context)) for check in service.readiness]
    app.include_router(
        health_router([NamedCheck("database", partial(_database_answers, context)), *own, *extra_checks])
    )


async def _database_answers(context: ServiceContext) -> str | None:
    await context.database.ping()
    return None
