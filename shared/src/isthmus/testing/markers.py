"""Looks for a marker, a text that stands nowhere else, in everything a database holds."""

from sqlalchemy import text

from isthmus.db import Database

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


async def tables_with(database: Database, marker: str) -> list[str]:
    """The tables of which a row holds the marker, as text, in JSON or among the bytes of a payload."""
    escaped = marker.encode("ascii", "backslashreplace").decode()
    forms = {marker, escaped, marker.encode().hex()}
    found = []
    async with database.read_session() as session:
        for table in (await session.scalars(text(_TABLES))).all():
            rows = f'SELECT EXISTS (SELECT FROM "{table}" AS one WHERE one::text LIKE ANY(:forms))'  # noqa: S608
            if await session.scalar(text(rows), {"forms": [f"%{form}%" for form in forms]}):
                found.append(str(table))
    return found
