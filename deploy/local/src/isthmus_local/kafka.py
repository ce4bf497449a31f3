"""An embedded Apache Kafka: writes its settings, formats its storage and says how to start it."""

import base64
import logging
import shutil
import signal
import string
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from isthmus_local.child import wrap
from isthmus_local.folders import CHECKOUT
from isthmus_local.processes import run

_SETTINGS = CHECKOUT / "deploy" / "kafka"


@dataclass(frozen=True)
class EmbeddedKafka:
    """One broker, which is its own controller: its data below `folder`, listening on the loopback interface."""

    folder: Path
    port: int
    controller_port: int
    java: Path
    libraries: Path
    heap_megabytes: int = 256

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect to."""
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> list[str]:
        """Format the storage if there is none; returns the command line that runs the broker in the foreground.

        Raises RuntimeError with the program's own words when formatting fails.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        properties, data = self.folder / "server.properties", self.folder / "data"
        template = string.Template((_SETTINGS / "server.properties").read_text(encoding="utf-8"))
        settings = template.substitute(port=self.port, controller_port=self.controller_port, data=data)
        properties.write_text(settings, encoding="utf-8")
        if not (data / "meta.properties").exists():
            shutil.rmtree(data, ignore_errors=True)
            self._format(properties)
        heap = f"{self.heap_megabytes}m"
        command = [*self._java(f"-Xms{heap}", f"-Xmx{heap}"), "kafka.Kafka", str(properties)]
        return wrap(command, on_parent_death=signal.SIGTERM)

    async def answers(self) -> bool:
        """Whether the broker serves clients."""
        return await broker_answers(self.bootstrap_servers)

    def _format(self, properties: Path) -> None:
        command = [*self._java("-Xmx64m"), "kafka.tools.StorageTool", "format"]
        command += ["--cluster-id", _random_cluster_id(), "--config", str(properties)]
        result = run(wrap(command))
        if result.returncode != 0:
            raise RuntimeError(f"formatting the storage of Kafka failed: {result.stdout}{result.stderr}")

    def _java(self, *options: str) -> list[str]:
        logging_settings = f"-Dlog4j2.configurationFile={_SETTINGS / 'log4j2.yaml'}"
        collector = "-XX:+UseSerialGC"
        return [str(self.java), *options, collector, logging_settings, "-cp", f"{self.libraries}/*"]


async def broker_answers(bootstrap_servers: str) -> bool:
    """Whether the broker serves metadata to a client."""
    silence_client_logs()
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5000)
    try:
        await client.start()
        await client.list_topics()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()
    return True


def silence_client_logs() -> None:
    """A client that asks whether a broker answers need not log hundreds of lines when it does not."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def _random_cluster_id() -> str:
    """22 characters of URL-safe base64; a leading hyphen would read as an option."""
    while (cluster_id := base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return cluster_id
