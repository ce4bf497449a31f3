"""Makes the database of a service and its two roles: the owner migrates, the application changes rows only."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

_SETUP_LOCK = 0x157B_0001
"""Roles belong to the whole server: creating them at once from two processes fails without a lock."""


@dataclass(frozen=True)
class Role:
    """A role that may log in."""

    name: str
    password: str


@dataclass(frozen=True)
class ServiceDatabase:
    """A database and the two roles that may connect to it."""

    name: str
    owner: Role
    application: Role

    def owner_url(self, admin_url: str) -> str:
        """The URL for migrations, on the server of `admin_url`."""
        return database_url(admin_url, self.name, self.owner)

    def application_url(self, admin_url: str) -> str:
        """The URL for the service, on the server of `admin_url`."""
        return database_url(admin_url, self.name, self.application)


def database_url(admin_url: str, database: str, role: Role | None = None) -> str:
    """`admin_url` with another database, and another role unless that is None."""
    parts = urlsplit(admin_url)
    account, _, address = parts.netloc.rpartition("@")
    if role is not None:
        account = f"{quote(role.name, safe='')}:{quote(role.password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{account}@{address}" if account else address, path=f"/{database}"))


async def ensure_database(admin_url: str, database: ServiceDatabase) -> None:
    """Make database and roles unless they exist; passwords and privileges are set either way."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _SETUP_LOCK)
        for role in (database.owner, database.application):
            await _ensure_role(connection, role)
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database.name):
            await connection.execute(f"CREATE DATABASE {_name(database.name)} OWNER {_name(database.owner.name)}")
        await allow_connections(connection, database)
    finally:
        await connection.close()
    inside = await asyncpg.connect(database_url(admin_url, database.name))
    try:
        await _set_privileges(inside, database)
    finally:
        await inside.close()


async def allow_connections(connection: "asyncpg.Connection[asyncpg.Record]", database: ServiceDatabase) -> None:
    """Let the two roles connect, and nobody else; a copy of a database starts without these privileges."""
    name, owner, application = _name(database.name), _name(database.owner.name), _name(database.application.name)
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {owner}, {application}")


async def _ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", role: Role) -> None:
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role.name)
    verb = "ALTER" if exists else "CREATE"
    password = role.password.replace("'", "''")
    options = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
    await connection.execute(f"{verb} ROLE {_name(role.name)} {options} PASSWORD '{password}'")
    # PostgreSQL 16 and newer let only a member of a role make databases for it; a superuser always may.
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'MEMBER')", role.name):
        await connection.execute(f"GRANT {_name(role.name)} TO current_user")


async def _set_privileges(connection: "asyncpg.Connection[asyncpg.Record]", database: ServiceDatabase) -> None:
    owner, application = _name(database.owner.name), _name(database.application.name)
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
    for statement in (
        f"ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {application}",
        f"{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application}",
        f"{defaults} USAGE, SELECT ON SEQUENCES TO {application}",
    ):
        await connection.execute(statement)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
