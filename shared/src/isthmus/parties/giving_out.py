"""Gives entries out as files: lists as tables, one as PDF. The work on the files is done off the event loop."""

import asyncio
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from isthmus.exports import Language
from isthmus.http import Page, PageRequest
from isthmus.lists import export_list, spoken
from isthmus.parties.work import Work

if TYPE_CHECKING:
    from isthmus.parties.entries import Entries

PDF = "application/pdf"


async def export(entries: "Entries[Any, Any]", work: Work, query: Any) -> StreamingResponse:
    """All entries that pass the filter, as a file; 422 when they are more than a table holds."""

    async def read(part: PageRequest) -> Page[Any]:
        page = await entries.page(work, query, part)
        work.session.expunge_all()
        return page

    return await export_list(entries.view, entries.kind.table, work.request, query, read)


async def print_one(entries: "Entries[Any, Any]", work: Work, entry_id: UUID, language: Language | None) -> Response:
    """One entry as PDF, with the steps taken."""
    view = await entries.get(work, entry_id)
    steps = [(row.at, row.by, row.step or "") for row in await entries.history(work, entry_id)]
    customer, phone = entries.addressee(await entries.find(work, entry_id))
    headers = {"Content-Disposition": f'inline; filename="{entries.kind.singular}-{entry_id}.pdf"'}
    page = partial(print_view, view, steps, work.clock.now(), language or spoken(work.request), customer, phone)
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
