"""The route file `gateway.yaml`: which paths go to which upstream, within which limits, for which scopes."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UpstreamConfig(_Strict):
    """A service behind the gateway; times in seconds."""

    name: str
    connect_timeout: float = Field(default=2.0, gt=0)
    concurrency_limit: int = Field(default=256, ge=1)
    """Requests under way at one time; one more is answered 503."""


class Route(_Strict):
    """What happens to requests whose path begins with `path`; times in seconds."""

    path: str = Field(pattern=r"^(/[A-Za-z0-9_-]+)+$")
    upstream: str
    read: frozenset[str] = Field(min_length=1)
    write: frozenset[str] = Field(min_length=1)
    read_timeout: float = Field(default=30.0, gt=0)
    """Longest silence of the upstream."""
    total_timeout: float = Field(default=30.0, gt=0)
    """From the request to the end of the answer."""
    max_body_bytes: int = Field(default=10_485_760, ge=0)

    def scopes_for(self, method: str) -> frozenset[str]:
        """The scopes of which a caller needs one."""
        return self.read if method in READ_METHODS else self.write


class GatewayConfig(_Strict):
    """The whole route file."""

    upstreams: list[UpstreamConfig]
    routes: list[Route]

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        names = [upstream.name for upstream in self.upstreams]
        paths = [route.path for route in self.routes]
        if len(set(names)) < len(names) or len(set(paths)) < len(paths):
            raise ValueError("an upstream or a route is declared twice")
        unknown = {route.upstream for route in self.routes} - set(names)
        if unknown:
            raise ValueError(f"routes name unknown upstreams: {', '.join(sorted(unknown))}")
        return self


def load_config(path: Path) -> GatewayConfig:
    """Read a route file; raises ValueError (pydantic's) naming what is wrong in it."""
    return GatewayConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
