"""Settings of a process, read from the environment (`ISTHMUS_DATABASE_URL` …)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


def _restore_line_breaks(pem: str) -> str:
    """A PEM text travels in an environment file as one line, its line breaks written out."""
    return pem.replace("\\n", "\n").strip() + "\n"


PemText = Annotated[str, AfterValidator(_restore_line_breaks)]


class DatabaseSettings(BaseSettings):
    """What is needed to reach the database of a service."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_", extra="ignore")

    database_url: SecretStr
    """URL of the application role, which may read and write rows but not change tables."""
    database_pool_size: int = Field(default=10, ge=1)
    """Connections for writing; reading has as many of its own."""
    database_connect_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long opening one connection may take; starting waits longer, by trying again."""
    database_pool_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long a request waits for a free connection before it is answered 503."""
    database_statement_timeout_seconds: float = Field(default=30.0, gt=0)
    database_lock_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long a request waits for a row another transaction holds."""
    database_start_timeout_seconds: float = Field(default=120.0, gt=0)
    """How long a starting process waits for the database before it gives up."""


class MigrationSettings(BaseSettings):
    """What `migrate` needs: the role that owns the tables, else the application role."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_", extra="ignore")

    database_url: SecretStr | None = None
    migration_database_url: SecretStr | None = None

    def url(self) -> str:
        """The URL to migrate with; raises ValueError when the environment names none."""
        chosen = self.migration_database_url or self.database_url
        if chosen is None:
            raise ValueError("set ISTHMUS_MIGRATION_DATABASE_URL or ISTHMUS_DATABASE_URL")
        return chosen.get_secret_value()


class LoggingSettings(BaseSettings):
    """How a process logs."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_", extra="ignore")

    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class ServiceSettings(DatabaseSettings, LoggingSettings):
    """Settings every service has."""

    migration_database_url: SecretStr | None = None
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    host: str = "127.0.0.1"
    port: Port = 8000
    identity_public_key: PemText
    """PEM of the Ed25519 key that verifies the caller identity the gateway signs."""
    gateway_url: str | None = None
    """Where this service asks the others; without it, or without the client's credentials, it does without them."""
    client_id: str | None = None
    client_secret: SecretStr | None = None
    notifications_folder: Path | None = None
    """Where notifications are written that no other way is configured for, one JSON document a line, mode 0600."""
    smtp_url: SecretStr | None = None
    """`smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…`; e-mail is sent by it."""
    smtp_sender: str = "isthmus@localhost"
    drain_seconds: float = Field(default=10.0, gt=0)
    """How long running requests and consumers may take to finish after SIGTERM."""
    max_body_bytes: int = Field(default=1_048_576, ge=1)
    """Largest request body; a route may set its own limit."""
    idempotency_retention_hours: int = Field(default=48, ge=24)
    access_log_retention_days: int = Field(default=1_095, ge=180)
    """How long is kept who read personal data; PIPL asks for an audit trail of years."""
