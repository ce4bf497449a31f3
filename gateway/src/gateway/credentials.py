"""Who may ask for tokens: the clients and users of the credentials file, read again when the file changes."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gateway.secret_hashing import SecretHash
from isthmus.clock import Clock

_SECONDS_BETWEEN_LOOKS = 1.0
_log = structlog.get_logger(__name__)


def _parse_hash(value: Any) -> Any:
    return SecretHash.parse(value) if isinstance(value, str) else value


HashText = Annotated[SecretHash, BeforeValidator(_parse_hash)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class RateLimit(BaseModel):
    """Requests a minute; None is no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    read_per_minute: int | None = Field(default=600, ge=1)
    write_per_minute: int | None = Field(default=120, ge=1)


class _Account(BaseModel):
    """What clients and users have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    org_unit: str = Field(min_length=1)
    """The unit they belong to; they hold it and all below it."""
    scopes: frozenset[Name]
    roles: frozenset[Name] = frozenset()
    purposes: frozenset[str] = frozenset({"*"})
    """Purposes (处理目的) they may state in `X-Purpose`; `*` stands for any."""
    rate_limit: RateLimit | None = None
    """Left out: no limit for the root org unit, the default one for all others."""
    disabled: bool = False


class Client(_Account):
    """A system that calls by itself, such as a dealer's DMS."""

    client_id: Name
    secret_hashes: list[HashText] = Field(min_length=1, max_length=2)
    """Two while a secret is being replaced."""

    kind: ClassVar[Literal["client"]] = "client"

    @property
    def name(self) -> str:
        return self.client_id


class User(_Account):
    """A person who signs in with a password."""

    username: Name
    password_hash: HashText

    kind: ClassVar[Literal["user"]] = "user"

    @property
    def name(self) -> str:
        return self.username


class Credentials(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clients: list[Client] = []
    users: list[User] = []

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for names in ([client.client_id for client in self.clients], [user.username for user in self.users]):
            if len(set(names)) < len(names):
                raise ValueError("a client_id or username stands twice in the credentials")
        return self


class CredentialStore:
    """The credentials in force. A changed file is taken over at the next look, an invalid one is refused and logged."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Raises OSError or ValueError when the file cannot be read at the start."""
        self._path = path
        self._clock = clock
        self.generation = 0
        self._seen = self._stamp()
        self._next_look = 0.0
        self._take(self._read())

    def client(self, client_id: str) -> Client | None:
        """The client of this id, unless it is disabled."""
        client = self._clients.get(client_id)
        return None if client is None or client.disabled else client

    def user(self, username: str) -> User | None:
        """The user of this name, unless disabled."""
        user = self._users.get(username)
        return None if user is None or user.disabled else user

    def look(self) -> None:
        """Read the file again if it changed since the last look; at most once a second."""
        now = self._clock.now().timestamp()
        if now < self._next_look:
            return
        self._next_look = now + _SECONDS_BETWEEN_LOOKS
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            self._seen = stamp
            self._take(self._read())
        except ValidationError as error:
            problems = error.errors(include_input=False, include_url=False, include_context=False)
            _log.error("credentials_refused", path=str(self._path), problems=problems)
        except (OSError, ValueError) as error:
            _log.error("credentials_refused", path=str(self._path), reason=type(error).__name__)
        else:
            _log.info("credentials_reloaded", path=str(self._path), clients=len(self._clients), users=len(self._users))

    def _stamp(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> Credentials:
        return Credentials.model_validate_json(self._path.read_bytes())

    def _take(self, credentials: Credentials) -> None:
        self._clients = {client.client_id: client for client in credentials.clients}
        self._users = {user.username: user for user in credentials.users}
        self.generation += 1
