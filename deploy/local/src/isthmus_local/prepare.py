"""Brings databases or topics to what the code expects: `python -m isthmus_local.prepare databases|topics`.

A process of its own, because it loads the code of all services, which the supervisor need not keep in memory; and one
for all databases, because loading that code takes longer than migrating.
"""

import asyncio
import sys
from importlib import import_module

from isthmus.db.migrate import upgrade
from isthmus.messaging.topics import ensure_topics
from isthmus.service import Service
from isthmus_local.databases import ensure_database
from isthmus_local.instance import SERVICES, Instance, service_database
from isthmus_local.platform_processes import admin_url


def prepare_databases(instance: Instance) -> None:
    """Make the database and roles of each service, unless they exist, and bring its tables to the newest version."""
    secrets = instance.secrets()
    server = admin_url(instance, secrets)
    for name, package in SERVICES.items():
        database = service_database(name, secrets)
        asyncio.run(ensure_database(server, database))
        upgrade(database.owner_url(server), _service(package).chains)


def prepare_topics(instance: Instance) -> None:
    """Make the topics of the register."""
    asyncio.run(ensure_topics(instance.kafka))


def _service(package: str) -> Service:
    module = import_module(f"{package}.service")
    return next(value for value in vars(module).values() if isinstance(value, Service))


if __name__ == "__main__":
    {"databases": prepare_databases, "topics": prepare_topics}[sys.argv[1]](Instance.from_environment())
