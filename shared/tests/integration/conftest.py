"""A small service with one table, and its application on a fresh database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI, Response
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column
from starlette.requests import Request

from isthmus.clock import SystemClock
from isthmus.db import Base, Database
from isthmus.http import (
    ApiModel,
    NotFound,
    Page,
    PageQuery,
    Principal,
    ReadSession,
    ShortText,
    WriteSession,
    etag,
    keyset,
    log_access,
    require,
    service_router,
    to_page,
)
from isthmus.ids import new_id
from isthmus.service import Service, create_app
from isthmus.settings import ServiceSettings

Caller = Annotated[Principal, require("notes")]

CREATE_NOTES = """
    CREATE TABLE notes (
        id uuid PRIMARY KEY,
        org_unit text NOT NULL,
        title text NOT NULL,
        rank bigint NOT NULL,
        CONSTRAINT notes_title_once UNIQUE (title) DEFERRABLE INITIALLY DEFERRED
    )
"""


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    title: Mapped[str]
    rank: Mapped[int]


class NewNote(ApiModel):
    org_unit: ShortText
    title: str
    rank: int = 0


class NoteAnswer(NewNote):
    id: UUID


router = service_router("/v1/notes", tags=["notes"])


@router.post("", status_code=201)
async def make_note(body: NewNote, caller: Caller, session: WriteSession, response: Response) -> NoteAnswer:
    """Titles that begin with `crash` fail after the row was written."""
    caller.require_org_unit(body.org_unit)
    note = Note(id=new_id(), **body.model_dump())
    session.add(note)
    await session.flush()
    if body.title.startswith("crash"):
        raise RuntimeError("crashed on the way")
    response.headers["ETag"] = etag(1)
    return NoteAnswer.model_validate(note)


@router.post("/refused", status_code=409)
async def refuse_note(caller: Caller, session: WriteSession) -> dict[str, str]:
    """Answers with an error status instead of raising."""
    session.add(Note(id=new_id(), org_unit="hq", title="refused", rank=0))
    await session.flush()
    return {}


@router.get("")
async def list_notes(page: PageQuery, _caller: Caller, session: ReadSession) -> Page[NoteAnswer]:
    columns = (Note.rank, Note.id)
    rows = (await session.scalars(keyset(select(Note), columns, page))).all()
    return to_page(rows, page, key=lambda note: (note.rank, note.id), render=NoteAnswer.model_validate)


@router.get("/{note_id}")
async def read_note(note_id: UUID, caller: Caller, session: ReadSession, request: Request) -> NoteAnswer:
    note = await session.get(Note, note_id)
    if note is None:
        raise NotFound("note_not_found", "There is no such note.")
    await log_access(session, caller, "note.read", [note.id], request)
    return NoteAnswer.model_validate(note)


SERVICE = Service(name="plumbing", package="plumbing", title="Plumbing", routers=[router])


@pytest_asyncio.fixture
async def plumbing_url(service_database: Callable[..., Awaitable[Any]]) -> str:
    """URL, for the application role, of a fresh database with the platform's tables and `notes`."""
    made = await service_database("plumbing", ["platform"])
    owner = await asyncpg.connect(made.owner_url)
    try:
        await owner.execute(CREATE_NOTES)
    finally:
        await owner.close()
    url: str = made.url
    return url


@pytest.fixture
def plumbing_settings(service_settings: ServiceSettings, plumbing_url: str) -> ServiceSettings:
    return service_settings.model_copy(
        update={"database_url": SecretStr(plumbing_url), "database_lock_timeout_seconds": 1.0}
    )


@pytest_asyncio.fixture
async def database(plumbing_settings: ServiceSettings) -> AsyncIterator[Database]:
    opened = await Database.connect(plumbing_settings)
    yield opened
    await opened.close()


@pytest.fixture
def app(plumbing_settings: ServiceSettings, database: Database) -> FastAPI:
    return create_app(SERVICE, plumbing_settings, database, SystemClock())


@pytest.fixture
def titles(database: Database) -> Callable[[], Awaitable[list[str]]]:
    """Reads the titles of all notes."""

    async def read() -> list[str]:
        async with database.read_session() as session:
            return list((await session.scalars(text("SELECT title FROM notes ORDER BY title"))).all())

    return read
