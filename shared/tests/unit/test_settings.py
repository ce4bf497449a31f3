"""Settings come from the environment, secrets do not show, and bad values are refused at the start."""

import pytest
from pydantic import SecretStr, ValidationError

from isthmus.settings import MigrationSettings, ServiceSettings
from isthmus.testing.identity import make_keys


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pem = make_keys().public_pem
    monkeypatch.setenv("ISTHMUS_DATABASE_URL", "postgresql://app:s3cret@db/sales")
    monkeypatch.setenv("ISTHMUS_IDENTITY_PUBLIC_KEY", pem.replace("\n", "\\n"))
    monkeypatch.setenv("ISTHMUS_PORT", "8111")
    settings = ServiceSettings()
    assert settings.port == 8111
    assert settings.identity_public_key == pem
    assert "s3cret" not in repr(settings)


def test_a_port_out_of_range_is_refused(service_settings: ServiceSettings) -> None:
    with pytest.raises(ValidationError):
        ServiceSettings(**(service_settings.model_dump() | {"port": 70_000}))


def test_migrations_prefer_the_owner_role() -> None:
    application, owner = SecretStr("postgresql://app@db/sales"), SecretStr("postgresql://owner@db/sales")
    assert MigrationSettings(database_url=application, migration_database_url=owner).url() == owner.get_secret_value()
    assert MigrationSettings(database_url=application).url() == application.get_secret_value()


def test_migrating_nowhere_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISTHMUS_DATABASE_URL", raising=False)
    monkeypatch.delenv("ISTHMUS_MIGRATION_DATABASE_URL", raising=False)
    with pytest.raises(ValueError, match="ISTHMUS_MIGRATION_DATABASE_URL"):
        MigrationSettings().url()
