"""One installation: its state folder, its ports, its secrets, and which servers it uses. Read from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from isthmus_local.databases import Role, ServiceDatabase
from isthmus_local.folders import home_folder
from isthmus_local.organisation import clients, users
from isthmus_local.ports import DEFAULT_BASE, port_plan
from isthmus_local.secret_store import Secrets, load_secrets

SERVICES = {
    "customer-master": "customer_master",
    "sales": "sales",
    "aftersales": "aftersales",
    "call-center": "call_center",
    "feedback": "feedback",
}
"""Each service and its package, which is also the name of its database and of its role there."""


@dataclass(frozen=True)
class Instance:
    """What is fixed before anything runs."""

    home: Path
    ports: dict[str, int]
    external_database_url: str | None = None
    """A superuser's URL of a PostgreSQL server to use instead of the embedded one."""
    external_kafka: str | None = None
    """Bootstrap servers of a Kafka to use instead of the embedded one."""

    @classmethod
    def from_environment(cls) -> "Instance":
        """From ISTHMUS_HOME, ISTHMUS_PORT_BASE, DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS; ValueError on a bad one."""
        base = os.environ.get("ISTHMUS_PORT_BASE") or str(DEFAULT_BASE)
        if not base.isdecimal():
            raise ValueError(f"ISTHMUS_PORT_BASE={base!r} is not a port number")
        return cls(
            home=home_folder(),
            ports=port_plan(int(base)),
            external_database_url=os.environ.get("DATABASE_URL") or None,
            external_kafka=os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
        )

    @property
    def logs(self) -> Path:
        """The folder of all log files."""
        return self.home / "logs"

    def log_of(self, process: str) -> Path:
        """The log file of a process."""
        return self.logs / f"{process}.log"

    def url_of(self, process: str) -> str:
        """The base URL of a process that speaks HTTP."""
        return f"http://127.0.0.1:{self.ports[process]}"

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return self.external_kafka or f"127.0.0.1:{self.ports['kafka']}"

    def own_ports(self) -> dict[str, int]:
        """The ports that processes of ours will listen at: not those of external servers."""
        external = {"postgres"} if self.external_database_url else set()
        external |= {"kafka", "kafka-controller"} if self.external_kafka else set()
        return {name: port for name, port in self.ports.items() if name not in external}

    def secrets(self) -> Secrets:
        """The secrets of this installation, made when missing; the folder must exist."""
        return load_secrets(
            self.home,
            roles=[role for package in SERVICES.values() for role in (package, f"{package}_owner")],
            clients=[account.name for account in clients()],
            users=[account.name for account in users()],
        )


def service_database(service: str, secrets: Secrets) -> ServiceDatabase:
    """The database of a service and its roles."""
    package = SERVICES[service]
    owner, application = (Role(name, secrets.database_roles[name]) for name in (f"{package}_owner", package))
    return ServiceDatabase(package, owner=owner, application=application)
