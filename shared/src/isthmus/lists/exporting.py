"""Gives lists out as tables: read page by page, as the list itself is, and written off the event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import IO, Any, TypeAlias

from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import Request

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
from isthmus.http import ApiModel, Page, PageRequest, Unprocessable

ReadPage: TypeAlias = Callable[[PageRequest], Awaitable[Page[Any]]]
"""Reads a page of a list; what it holds of personal data is noted in the access log as for the list."""
Reader: TypeAlias = Callable[[Any], list[Cell]]
ROWS_AT_ONCE = 1_000
_CHUNK_BYTES = 64 * 1024

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(MEDIA_TYPES.values(), _BINARY)}
}
"""`responses` of a route that exports a list."""


class LanguageQuery(ApiModel):
    """In which language."""

    language: Language | None = Field(
        None,
        description="Language of headings (语言); if left out, English where the caller asks for it, else Chinese.",
    )


class ExportQuery(LanguageQuery):
    """What file is wanted."""

    format: TableFormat = Field("xlsx", description="Kind of file (文件格式).")


async def export_list(
    view: type[BaseModel], name: str, request: Request, query: ExportQuery, read: ReadPage
) -> StreamingResponse:
    """All rows of a list as a file called `name`, in bounded memory; 422 when they are more than a table holds."""
    language = query.language or spoken(request)
    columns = columns_of(view)
    table = open_table(query.format, [column.heading(language) for column in columns], language)
    try:
        await _fill(table, _reader(columns, query.format, language), read)
    except BaseException:
        table.finish().close()
        raise
    file = await asyncio.to_thread(table.finish)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{query.format}"'}
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPES[query.format], headers=headers)


def spoken(request: Request) -> Language:
    """English when it is the first language the caller accepts, else Chinese."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


async def _fill(table: TableWriter, cells: Reader, read: ReadPage) -> None:
    """Write all rows, page by page: no more than a page is in memory."""
    count, cursor = 0, None
    while True:
        page = await read(PageRequest(ROWS_AT_ONCE, cursor))
        count, cursor = count + len(page.items), page.next_cursor
        if count > MAX_ROWS:
            raise Unprocessable("export_too_large", f"A table holds {MAX_ROWS} rows; narrow the filter.")
        await asyncio.to_thread(_write, table, cells, page.items)
        if cursor is None:
            return


def _reader(columns: list[Column], table_format: TableFormat, language: Language) -> Reader:
    """How a row is made of a view: a table for people names codes in their language, one for machines keeps them."""
    if table_format == "xlsx":
        return lambda view: [column.told(view, language) for column in columns]
    return lambda view: [column.cell(view) for column in columns]


def _write(table: TableWriter, cells: Reader, views: list[Any]) -> None:
    table.write(map(cells, views))


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
