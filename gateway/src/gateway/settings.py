"""Settings of the gateway, read from the environment (`ISTHMUS_GATEWAY_PORT` …)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from isthmus.settings import Port

PACKAGE_FOLDER = Path(__file__).parent


class GatewaySettings(BaseSettings):
    """What the gateway must be told; secrets stand in the files it names."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_GATEWAY_", extra="ignore")

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*[^/])?$")
    """The address callers use, when it is not the one the gateway listens at; no slash at its end."""
    upstream_urls: dict[str, str]
    """Where each upstream of the route file listens: `{"sales": "http://127.0.0.1:8082", …}`."""
    credentials_file: Path
    token_key_file: Path
    """PEM of Ed25519 private keys for access tokens: the first signs, all verify."""
    identity_key_file: Path
    """PEM of the Ed25519 private key for caller identities; the services hold its public half."""
    routes_file: Path = PACKAGE_FOLDER / "gateway.yaml"
    org_units_file: Path = PACKAGE_FOLDER / "org_units.yaml"
    token_lifetime_seconds: int = Field(default=1_800, ge=900, le=3_600)
    drain_seconds: int = Field(default=10, ge=1)
    """How long running requests may take to finish after SIGTERM."""
    access_log: bool = False
    """Log every request; without it only those answered 5xx are logged."""
