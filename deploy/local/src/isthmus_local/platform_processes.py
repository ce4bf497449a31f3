"""The processes of the platform: the command, environment and sign of readiness of each."""

import asyncio
import http.client
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from isthmus_local.child import wrap
from isthmus_local.child_process import ChildProcess
from isthmus_local.gateway_files import GatewayFiles
from isthmus_local.instance import SERVICES, Instance, service_database
from isthmus_local.java import find_java
from isthmus_local.kafka import EmbeddedKafka, broker_answers
from isthmus_local.kafka_jars import OnProgress, kafka_libraries
from isthmus_local.organisation import service_client
from isthmus_local.postgres import DURABLE_SETTINGS, EmbeddedPostgres
from isthmus_local.secret_store import Secrets

RESOLVERS = ("customer-master-resolver-1", "customer-master-resolver-2")
"""Two, for Python computes on one core at a time; they leave each other what one of them has in work."""
_PROBE_SECONDS = 5
_OF_OTHER_ROLES = ("DATABASE_URL", "ISTHMUS_DATABASE_URL", "ISTHMUS_MIGRATION_DATABASE_URL")


def embedded_postgres(instance: Instance, secrets: Secrets) -> EmbeddedPostgres:
    """The server of this installation."""
    return EmbeddedPostgres(instance.home / "postgres", instance.ports["postgres"], secrets.postgres, DURABLE_SETTINGS)


def admin_url(instance: Instance, secrets: Secrets) -> str:
    """The superuser's URL: of the external server, else of the embedded one."""
    return instance.external_database_url or embedded_postgres(instance, secrets).admin_url


def postgres_process(instance: Instance, server: EmbeddedPostgres) -> ChildProcess:
    """PostgreSQL; SIGINT is its fast shutdown."""
    log = instance.log_of("postgres")
    return ChildProcess("postgres", server.prepare, server.answers, log, stop_signal=signal.SIGINT)


def kafka_process(instance: Instance, on_download: OnProgress) -> ChildProcess:
    """Kafka; its jars, and Java where the machine has none, are fetched before the first start."""

    def command() -> list[str]:
        return EmbeddedKafka(
            folder=instance.home / "kafka",
            port=instance.ports["kafka"],
            controller_port=instance.ports["kafka-controller"],
            java=find_java(),
            libraries=kafka_libraries(on_download),
        ).prepare()

    answers = partial(broker_answers, instance.kafka)
    return ChildProcess("kafka", command, answers, instance.log_of("kafka"))


def service_process(
    instance: Instance, secrets: Secrets, admin_url: str, files: GatewayFiles, name: str
) -> ChildProcess:
    """One of the services: API, consumers and relay in one process."""
    roles = ("api", "worker") if name == "customer-master" else ()
    environment = _service_environment(instance, secrets, admin_url, files, name)
    return _python_process(instance, name, SERVICES[name], environment, roles)


def resolver_process(
    instance: Instance, secrets: Secrets, admin_url: str, files: GatewayFiles, name: str
) -> ChildProcess:
    """A resolver of customer-master by itself: what it computes shall not keep requests and intake waiting."""
    environment = _service_environment(instance, secrets, admin_url, files, "customer-master")
    environment["ISTHMUS_PORT"] = str(instance.ports[name])
    return _python_process(instance, name, SERVICES["customer-master"], environment, ("computing",))


def _service_environment(
    instance: Instance, secrets: Secrets, admin_url: str, files: GatewayFiles, name: str
) -> dict[str, str]:
    environment = {
        "ISTHMUS_DATABASE_URL": service_database(name, secrets).application_url(admin_url),
        "ISTHMUS_KAFKA_BOOTSTRAP_SERVERS": instance.kafka,
        "ISTHMUS_HOST": "127.0.0.1",
        "ISTHMUS_PORT": str(instance.ports[name]),
        "ISTHMUS_IDENTITY_PUBLIC_KEY": files.identity_public_pem,
    }
    if (client := service_client(name)) is not None:
        environment |= {
            "ISTHMUS_GATEWAY_URL": instance.url_of("gateway"),
            "ISTHMUS_CLIENT_ID": client,
            "ISTHMUS_CLIENT_SECRET": secrets.clients[client],
            "ISTHMUS_NOTIFICATIONS_FOLDER": str(instance.home / "notifications" / name),
        }
    if name == "customer-master":
        environment["ISTHMUS_ERASURE_KEY"] = secrets.erasure_key
    if name == "call-center":
        environment["ISTHMUS_CTI_SECRETS"] = secrets.cti_secret
    return environment


def gateway_process(instance: Instance, files: GatewayFiles) -> ChildProcess:
    """The gateway, the only one that has private keys."""
    environment = {
        "ISTHMUS_GATEWAY_HOST": "127.0.0.1",
        "ISTHMUS_GATEWAY_PORT": str(instance.ports["gateway"]),
        "ISTHMUS_GATEWAY_CREDENTIALS_FILE": str(files.credentials),
        "ISTHMUS_GATEWAY_TOKEN_KEY_FILE": str(files.token_key),
        "ISTHMUS_GATEWAY_IDENTITY_KEY_FILE": str(files.identity_key),
        "ISTHMUS_GATEWAY_ORG_UNITS_FILE": str(files.org_units),
        "ISTHMUS_GATEWAY_UPSTREAM_URLS": json.dumps({name: instance.url_of(name) for name in SERVICES}),
    }
    return _python_process(instance, "gateway", "gateway", environment)


def inherited_environment(additions: Mapping[str, str]) -> dict[str, str]:
    """This process's environment plus `additions`, without the URLs of roles that may do more."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_OTHER_ROLES}
    return {**kept, **additions}


def http_ready(port: int) -> Callable[[], "asyncio.Future[bool]"]:
    """Asks `/readyz` of a process on this machine."""
    return lambda: asyncio.get_running_loop().run_in_executor(None, _readyz, port)


def _readyz(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _python_process(
    instance: Instance, name: str, module: str, environment: Mapping[str, str], roles: Sequence[str] = ()
) -> ChildProcess:
    chosen = [f"--role={role}" for role in roles]
    return ChildProcess(
        name=name,
        command=lambda: wrap([sys.executable, "-m", module, "serve", *chosen]),
        answers=http_ready(instance.ports[name]),
        log=instance.log_of(name),
        environment=inherited_environment(environment),
    )
