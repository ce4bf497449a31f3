"""The routes every kind of entry has alike: list, one, history, change. Steps are written in the features."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, create_model

from isthmus.contracts.business import BusinessEvent
from isthmus.http import ApiModel, IfMatch, Page, PageRequest
from isthmus.lists import TABLE, ExportQuery, LanguageQuery
from isthmus.parties.entry import EntryChange, EntryFilter, EntryView
from isthmus.parties.giving_out import PDF, export, print_one
from isthmus.parties.history import HistoryView
from isthmus.parties.work import Work, business_of

if TYPE_CHECKING:
    from isthmus.parties.entries import Entries


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of entry is called: `repair_orders` in the database, `a repair order` in sentences."""

    table: str
    singular: str
    """`repair_order`"""

    @classmethod
    def of(cls, table: str, view: type[EntryView]) -> Self:
        """The names that the table and its view, `RepairOrderView`, give."""
        return cls(table, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", view.__name__.removesuffix("View")).lower())

    @property
    def words(self) -> str:
        """`a repair order`"""
        return f"{'an' if self.singular[0] in 'aeiou' else 'a'} {self.singular.replace('_', ' ')}"

    @property
    def plural(self) -> str:
        """`repair orders`"""
        return self.table.replace("_", " ")

    @property
    def parameter(self) -> str:
        """What the id is called in paths: `repair_order_id`."""
        return f"{self.singular}_id"


class Paging(ApiModel):
    """Which part of a list is asked for."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")

    @property
    def page(self) -> PageRequest:
        """As the database is asked."""
        return PageRequest(self.limit, self.cursor)


_BINARY = {"schema": {"type": "string", "format": "binary"}}

# The types of queries and bodies are those of one kind, which FastAPI reads when the routes are made.
# mypy: disable-error-code="valid-type"


def serve_reading(router: APIRouter, entries: "Entries[Any, Any]", filters: type[EntryFilter]) -> None:
    """Add the routes that read entries of one kind."""
    kind, view = entries.kind, entries.view
    Reading = Annotated[Work, business_of(router).reading()]  # noqa: N806 - a type made for this router
    Id = Annotated[UUID, Path(alias=kind.parameter, description="Its number (单据号).")]  # noqa: N806
    paged: Any = create_model(f"Paged{filters.__name__}", __base__=(filters, Paging))
    exported: Any = create_model(f"Exported{filters.__name__}", __base__=(filters, ExportQuery))

    async def list_entries(query: Annotated[paged, Query()], work: Reading) -> Any:
        asked: Any = query
        return await entries.page(work, asked, asked.page)

    async def get_entry(entry_id: Id, work: Reading) -> Any:
        return await entries.get(work, entry_id)

    async def export_entries(query: Annotated[exported, Query()], work: Reading) -> StreamingResponse:
        return await export(entries, work, query)

    async def print_entry(entry_id: Id, query: Annotated[LanguageQuery, Query()], work: Reading) -> Response:
        return await print_one(entries, work, entry_id, query.language)

    async def get_history(entry_id: Id, work: Reading) -> list[HistoryView]:
        return await entries.history(work, entry_id)

    one = f"/{{{kind.parameter}}}"
    router.add_api_route(
        "",
        list_entries,
        response_model=Page[view],
        name=f"list_{kind.table}",
        description=f"List {kind.plural}, newest first unless `sort` says otherwise.",
    )
    router.add_api_route(
        "/export",
        export_entries,
        response_class=StreamingResponse,
        responses=TABLE,
        name=f"export_{kind.table}",
        description=f"Export {kind.plural} as a table (导出), filtered and sorted as the list is.",
    )
    router.add_api_route(
        one, get_entry, response_model=view, name=f"get_{kind.singular}", description=f"Show {kind.words}."
    )
    router.add_api_route(
        f"{one}/history",
        get_history,
        name=f"get_{kind.singular}_history",
        description=f"Show who changed what of {kind.words}, and when (变更历史), oldest first.",
    )
    router.add_api_route(
        f"{one}/print",
        print_entry,
        response_class=Response,
        responses={200: {"description": "The document.", "content": {PDF: _BINARY}}},
        name=f"print_{kind.singular}",
        description=f"Print {kind.words} (打印), as PDF with its font embedded.",
    )


def serve_change(
    router: APIRouter,
    entries: "Entries[Any, Any]",
    change: type[EntryChange],
    fact: type[BusinessEvent] | None,
    about: str | None,
) -> None:
    """Add the route that changes fields of an entry."""
    kind = entries.kind
    Writing = Annotated[Work, business_of(router).writing()]  # noqa: N806 - a type made for this router
    Id = Annotated[UUID, Path(alias=kind.parameter, description="Its number (单据号).")]  # noqa: N806

    async def change_entry(entry_id: Id, body: change, version: IfMatch, work: Writing) -> Any:
        return await entries.change(work, entry_id, version, body, fact)

    router.add_api_route(
        f"/{{{kind.parameter}}}",
        change_entry,
        methods=["PATCH"],
        response_model=entries.view,
        name=f"change_{kind.singular}",
        description=about or f"Change {kind.words}.",
    )
