"""`run.json`: what runs where and how to sign in, for tools and people; mode 0600, replaced in one step."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from isthmus_local.files import write_private

FILE_NAME = "run.json"


@dataclass(frozen=True)
class ClientLogin:
    """For `grant_type=client_credentials`."""

    client_id: str
    client_secret: str


@dataclass(frozen=True)
class UserLogin:
    """For `grant_type=password`."""

    username: str
    password: str


@dataclass
class RunningProcess:
    """A process of the platform; `pid` is None between its death and its next start."""

    pid: int | None
    url: str
    log: str


@dataclass
class RunFile:
    """The whole of it."""

    gateway: str
    clients: dict[str, ClientLogin]
    users: dict[str, UserLogin]
    kafka: str
    databases: dict[str, str]
    """The URL of each service's own role."""
    cti_secret: str
    """With it the telephone system signs what it tells the call-center."""
    processes: dict[str, RunningProcess] = field(default_factory=dict)

    def write(self, home: Path) -> None:
        """Replace the file in `home`."""
        write_private(home / FILE_NAME, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, home: Path) -> Self:
        """The file in `home`; raises FileNotFoundError when nothing was started there."""
        content = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
        return cls(
            gateway=content["gateway"],
            clients={name: ClientLogin(**login) for name, login in content["clients"].items()},
            users={name: UserLogin(**login) for name, login in content["users"].items()},
            kafka=content["kafka"],
            databases=content["databases"],
            cti_secret=content.get("cti_secret", ""),
            processes={name: RunningProcess(**process) for name, process in content["processes"].items()},
        )
