"""Fixtures of the plumbing's tests: keys, settings, and a way to call an application without a server."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import structlog
from pydantic import SecretStr

from isthmus.settings import ServiceSettings
from isthmus.testing.identity import IdentityKeys, identity_headers, make_keys

AppClient = Callable[..., httpx2.AsyncClient]


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Without this structlog renders the local variables of every traceback, which takes seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])]
    )


@pytest.fixture(scope="session")
def identity_keys() -> IdentityKeys:
    return make_keys()


@pytest.fixture
def service_settings(identity_keys: IdentityKeys) -> ServiceSettings:
    """Settings whose database nobody answers at: connections are made only when used."""
    return ServiceSettings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"), identity_public_key=identity_keys.public_pem
    )


@pytest.fixture
def client_of(identity_keys: IdentityKeys) -> AppClient:
    """Makes clients of an application: `client_of(app, scopes=[…])`, by default with every grant of the samples."""

    def make(app: Any, *, identity: bool = True, **grants: Any) -> httpx2.AsyncClient:
        headers = identity_headers(identity_keys.private_key, "plumbing", **({"scopes": ["notes"]} | grants))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        return httpx2.AsyncClient(
            transport=transport, base_url="http://plumbing", headers=headers if identity else None
        )

    return make
