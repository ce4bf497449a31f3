"""What holds for every business service as a whole: its migrations make its models, no request finds a fault.

A test module makes them its own: `class TestService(ServiceChecks)`.
"""
# ruff: noqa: S101 - these are the asserts of tests

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from isthmus.db import Base
from isthmus.db.migrate import downgrade_async, upgrade_async
from isthmus.service import Service
from isthmus.testing.api_fuzz import fuzz_api
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import Resource


class ServiceChecks:
    """Checks of a service."""

    async def test_the_migrations_make_the_tables_of_the_models_and_can_be_taken_back(
        self, service: Service, service_database: Callable[..., Awaitable[Any]]
    ) -> None:
        made = await service_database(service.name, service.chains)
        await downgrade_async(made.owner_url, service.name)
        await upgrade_async(made.owner_url, [service.name])
        engine = create_async_engine(make_url(made.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
        async with engine.connect() as connection:
            assert await connection.run_sync(_differences, service) == []
        await engine.dispose()

    @pytest.mark.timeout(600)
    async def test_no_request_finds_a_fault_or_an_undocumented_answer(
        self, under_test: BusinessServiceUnderTest, create: Create, resources: Mapping[str, Resource]
    ) -> None:
        known = {
            _path_parameter(under_test, resource.path): (await create(resource.path))[resource.key]
            for resource in resources.values()
        }
        operations = sum(len(methods) for methods in under_test.app.openapi()["paths"].values())
        assert await fuzz_api(under_test, known, max_examples=4) > 2 * operations

    async def test_the_report_of_a_month_is_told_as_data_as_a_table_and_as_pages(
        self, under_test: BusinessServiceUnderTest, create: Create, resources: Mapping[str, Resource]
    ) -> None:
        for resource in resources.values():
            await create(resource.path)
        url = under_test.url("reports", "2026-11")
        told = (await under_test.client.get(url)).json()
        assert any(row["value"] for row in told["rows"] if row["org_unit"] is not None)
        for wanted, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF-")):
            answer = await under_test.client.get(url, params={"format": wanted})
            assert (answer.status_code, answer.content.startswith(begins)) == (200, True), wanted


def _differences(connection: Connection, service: Service) -> list[Any]:
    """What alembic would still change in the tables of this service, whatever other models are loaded."""
    models = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(f"{service.package}.")]
    own_tables = {model.local_table.description for model in models} | {"customers", "document_history"}
    assert len(own_tables) > 1

    def is_own(_: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - Alembic calls it so
        return kind != "table" or name in own_tables

    context = MigrationContext.configure(connection, opts={"include_object": is_own, "compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def _path_parameter(under_test: BusinessServiceUnderTest, path: str) -> str:
    """The name by which the OpenAPI document calls the key of one resource: `lead_id`."""
    prefix = under_test.url(path) + "/{"
    name: str
    (name,) = {
        url.removeprefix(prefix).split("}")[0] for url in under_test.app.openapi()["paths"] if url.startswith(prefix)
    }
    return name
