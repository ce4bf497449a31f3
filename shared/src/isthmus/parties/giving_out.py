"""Gives entries out as files: lists as tables, one as PDF. The work on the files is done off the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from isthmus.exports import (
    MAX_ROWS,
    MEDIA_TYPES,
    Cell,
    Column,
    Language,
    TableFormat,
    TableWriter,
    columns_of,
    open_table,
)
from isthmus.http import ApiModel, PageRequest, Unprocessable
from isthmus.parties.entry import EntryFilter
from isthmus.parties.work import Work

if TYPE_CHECKING:
    from isthmus.parties.entries import Entries

Reader: TypeAlias = Callable[[Any], list[Cell]]
PDF = "application/pdf"
_ROWS_AT_ONCE = 1_000
_CHUNK_BYTES = 64 * 1024


class LanguageQuery(ApiModel):
    """In which language."""

    language: Language | None = Field(
        None,
        description="Language of headings (语言); if left out, English where the caller asks for it, else Chinese.",
    )


class ExportQuery(LanguageQuery):
    """What file is wanted."""

    format: TableFormat = Field("xlsx", description="Kind of file (文件格式).")


async def export(entries: "Entries[Any, Any]", work: Work, query: Any) -> StreamingResponse:
    """All entries that pass the filter, as a file; 422 when they are more than a table holds."""
    language = query.language or spoken(work)
    columns = columns_of(entries.view)
    table = open_table(query.format, [column.heading(language) for column in columns], language)
    try:
        await _fill(table, _reader(columns, query.format, language), entries, work, query)
    except BaseException:
        table.finish().close()
        raise
    file = await asyncio.to_thread(table.finish)
    name = f"{entries.kind.table}.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPES[query.format], headers=headers)


async def print_one(entries: "Entries[Any, Any]", work: Work, entry_id: UUID, language: Language | None) -> Response:
    """One entry as PDF, with the steps taken."""
    view = await entries.get(work, entry_id)
    steps = [(row.at, row.by, row.step or "") for row in await entries.history(work, entry_id)]
    customer, phone = entries.addressee(await entries.find(work, entry_id))
    headers = {"Content-Disposition": f'inline; filename="{entries.kind.singular}-{entry_id}.pdf"'}
    page = partial(print_view, view, steps, work.clock.now(), language or spoken(work), customer, phone)
    return Response(await asyncio.to_thread(page), media_type=PDF, headers=headers)


def print_view(
    view: BaseModel,
    steps: list[tuple[datetime, str, str]],
    at: datetime,
    language: Language,
    customer: str | None = None,
    phone: str | None = None,
) -> bytes:
    """What a view shows as PDF, with its customer and the steps taken; blocks, so it is called in a thread."""
    # Loading what makes pages takes half a second, of which a service that prints nothing is spared.
    from isthmus.exports.printing import Printed, print_pdf  # noqa: PLC0415

    return print_pdf(Printed(view, steps, at, language, customer, phone))


async def _fill(table: TableWriter, read: Reader, entries: "Entries[Any, Any]", work: Work, query: EntryFilter) -> None:
    """Write all rows, page by page: no more than a page is in memory."""
    count, cursor = 0, None
    while True:
        page = await entries.page(work, query, PageRequest(_ROWS_AT_ONCE, cursor))
        work.session.expunge_all()
        count, cursor = count + len(page.items), page.next_cursor
        if count > MAX_ROWS:
            raise Unprocessable("export_too_large", f"A table holds {MAX_ROWS} rows; narrow the filter.")
        await asyncio.to_thread(_write, table, read, page.items)
        if cursor is None:
            return


def _reader(columns: list[Column], table_format: TableFormat, language: Language) -> Reader:
    """How a row is made of a view: a table for people names codes in their language, one for machines keeps them."""
    if table_format == "xlsx":
        return lambda view: [column.told(view, language) for column in columns]
    return lambda view: [column.cell(view) for column in columns]


def _write(table: TableWriter, read: Reader, views: list[Any]) -> None:
    table.write(map(read, views))


def spoken(work: Work) -> Language:
    """English when it is the first language the caller accepts, else Chinese."""
    return "en" if work.request.headers.get("accept-language", "").lower().startswith("en") else "zh"


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
