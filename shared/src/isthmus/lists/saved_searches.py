"""Saved searches (常用查询): a list's query under a name, for the user who saved it or for a whole org unit."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, Index, Text, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.fields import OrgUnit
from isthmus.db import Base
from isthmus.http import (
    ApiModel,
    ClockDep,
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    Page,
    PageQuery,
    Principal,
    ReadSession,
    ShortText,
    WriteSession,
    keyset,
    require_one,
    service_router,
    to_page,
)
from isthmus.ids import new_id

MAX_OF_ONE_USER = 500
Query = Annotated[dict[ShortText, ShortText], Field(max_length=30)]


class SavedSearch(Base):
    """Table of saved searches."""

    __tablename__ = "saved_searches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    org_unit: Mapped[str | None]
    name: Mapped[str]
    list: Mapped[str]
    query: Mapped[dict[str, str]] = mapped_column(JSONB)
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("saved_searches_subject_idx", "subject", "created_at", "id"),
        Index("saved_searches_org_unit_idx", "org_unit", "created_at", "id"),
    )


class NewSavedSearch(ApiModel):
    """A search to save (保存查询)."""

    name: ShortText = Field(description="Name (名称).", examples=["我的待跟进线索"])
    list: ShortText = Field(description="List (列表) it searches, as in its path.", examples=["leads"])
    query: Query = Field(description="Query parameters (查询条件) of the list.", examples=[{"status": "new"}])
    org_unit: OrgUnit | None = Field(None, description="Org unit (组织单元) that sees it; null: who saved it only.")


class SavedSearchView(NewSavedSearch):
    """A saved search (常用查询)."""

    id: UUID = Field(description="Its number (编号).")
    subject: str = Field(description="Saved by (保存人).")
    created_at: datetime = Field(description="Saved at (保存时间).")


def saved_searches_router(path: str, *, read: Collection[str], save: Collection[str]) -> APIRouter:
    """`<path>/saved-searches`: POST, list, DELETE; only who saved a search may delete it.

    `read` and `save` are the scopes for it, of which one is enough.
    """
    router = service_router(prefix=f"{path}/saved-searches", tags=["saved searches"])
    Reader = Annotated[Principal, require_one(*read)]  # noqa: N806 - a type made for this router
    Saver = Annotated[Principal, require_one(*save)]  # noqa: N806

    @router.post("", status_code=201)
    async def save_search(
        body: NewSavedSearch, caller: Saver, session: WriteSession, clock: ClockDep
    ) -> SavedSearchView:
        """Save a search (保存查询), for oneself or for an org unit one acts for."""
        if body.org_unit is not None and not caller.may_act_for(body.org_unit):
            detail = f"You may not act for the org unit {body.org_unit}."
            raise Forbidden("org_unit_not_granted", detail, [FieldError("/org_unit", "org_unit_not_granted", detail)])
        mine = select(SavedSearch.id).where(SavedSearch.subject == caller.subject).limit(MAX_OF_ONE_USER)
        if len((await session.scalars(mine)).all()) == MAX_OF_ONE_USER:
            raise Conflict("too_many_saved_searches", f"You have saved {MAX_OF_ONE_USER} searches; delete some.")
        values = {name: getattr(body, name) for name in type(body).model_fields}
        search = SavedSearch(id=new_id(clock), subject=caller.subject, created_at=clock.now(), **values)
        session.add(search)
        await session.flush()
        return SavedSearchView.model_validate(search)

    @router.get("")
    async def list_saved_searches(page: PageQuery, caller: Reader, session: ReadSession) -> Page[SavedSearchView]:
        """List one's own saved searches and those of one's org units, newest first."""
        columns = [SavedSearch.created_at, SavedSearch.id]
        statement = keyset(select(SavedSearch).where(_seen_by(caller)), columns, page, descending=True)
        rows = (await session.scalars(statement)).all()
        return to_page(rows, page, lambda row: (row.created_at, row.id), SavedSearchView.model_validate)

    @router.delete("/{saved_search_id}", status_code=204)
    async def delete_saved_search(saved_search_id: UUID, caller: Saver, session: WriteSession) -> None:
        """Delete a search one has saved (删除查询)."""
        own = SavedSearch.id == saved_search_id, SavedSearch.subject == caller.subject
        if await session.scalar(delete(SavedSearch).where(*own).returning(SavedSearch.id)) is None:
            raise NotFound("not_found", "You have saved no such search.")

    return router


async def forget_searches(session: AsyncSession, records: Iterable[tuple[str, PartyBody]]) -> list[UUID]:
    """Delete the searches for customers with these record ids, or for a value of theirs; gives which those were.

    One for another person of the same name goes as well: whom it was for, nobody can tell.
    """
    sought = sorted({value for record_id, body in records for value in (record_id, *searched_values(body))})
    if not sought:
        return []
    written = SavedSearch.name + cast(SavedSearch.query, Text)
    about = or_(*(func.strpos(written, value) > 0 for value in sought))
    return list(await session.scalars(delete(SavedSearch).where(about).returning(SavedSearch.id)))


def searched_values(body: PartyBody) -> Iterator[str]:
    """The values of a customer that somebody may have looked for, telephone numbers also without signs between."""
    name = body.name
    values = [name.full, name.organization, f"{name.family or ''}{name.given or ''}"] if name is not None else []
    for phone in body.phones or []:
        values += [phone.value, "".join(filter(str.isdigit, phone.value or ""))]
    values += [email.value for email in body.emails or []]
    values += [identifier.value for identifier in body.identifiers or []]
    values += [value for vehicle in body.vehicles or [] for value in (vehicle.vin, vehicle.plate)]
    yield from (value for value in values if value and len(value) > 1)


def _seen_by(caller: Principal) -> ColumnElement[bool]:
    """Those of the caller, and those shared in the caller's org units."""
    units = SavedSearch.org_unit.in_(caller.org_units)
    shared = SavedSearch.org_unit.is_not(None) if caller.all_org_units else units
    return or_(SavedSearch.subject == caller.subject, shared)
