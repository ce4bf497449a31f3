"""pytest plugin: real PostgreSQL and Kafka for tests, started on first use, shared by all workers of a run.

- `postgres`: the server (`PostgresServer`: its superuser's URL)
- `service_database`: `await service_database(name, chains)` makes a freshly migrated database of a service
- `database_for`: `await database_for(service)` is an open `isthmus.db.Database` on such a database
- `kafka`: bootstrap servers of a broker on which the topics of the register exist

TEST_DATABASE_URL (a superuser's) and TEST_KAFKA_BOOTSTRAP_SERVERS name servers to use instead of embedded ones.
"""

from isthmus_local.testing.databases import TestDatabase, database_for, database_templates, service_database
from isthmus_local.testing.servers import PostgresServer, kafka, postgres, pytest_unconfigure

__all__ = [
    "PostgresServer",
    "TestDatabase",
    "database_for",
    "database_templates",
    "kafka",
    "postgres",
    "pytest_unconfigure",
    "service_database",
]
