"""The briefing (客户交接简报) of a customer: what is open, what was promised, what happened, for whoever goes on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager

from isthmus.contracts.fields import OrgUnit, RecordId
from isthmus.http import ApiModel, NotFound, service_router
from isthmus.parties import Party, Work
from isthmus.parties.history import HistoryRow
from sales.access import Reading
from sales.book import BOOK, is_open
from sales.commitments import Commitment, CommitmentView

MAX_ITEMS = 200
"""Documents of a kind, and writes, that a briefing shows; the newest."""


class BriefingItem(ApiModel):
    """One document (单据)."""

    kind: str = Field(description="Kind (单据类型): lead, test_drive, quote, order, delivery, task, commitment.")
    id: UUID = Field(description="Number (单据号).")
    org_unit: OrgUnit = Field(description="Org unit (组织单元) it belongs to.")
    status: str = Field(description="State (状态).")
    is_open: bool = Field(description="Whether somebody has to do something about it (是否未结).")
    consultant: str | None = Field(description="Who answers for it (负责人).")
    created_at: datetime = Field(description="Made at (创建时间).")
    updated_at: datetime = Field(description="Last changed at (更新时间).")


class BriefingWrite(ApiModel):
    """One write of one of the documents (变更)."""

    kind: str = Field(description="Kind (单据类型).")
    id: UUID = Field(description="Number (单据号).")
    at: datetime = Field(description="When (时间).")
    by: str = Field(description="Who (操作人).")
    step: str | None = Field(description="Step taken (操作); null for a change.")
    fields: list[str] = Field(description="Fields that changed (字段).")


class Briefing(ApiModel):
    """A customer on one page (客户简报)."""

    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")
    consultants: list[str] = Field(description="Who has dealt with the customer (经办顾问), the last one first.")
    items: list[BriefingItem] = Field(description="All documents (单据): what is open first, then the newest.")
    commitments: list[CommitmentView] = Field(description="What was promised (承诺), kept or not; the next due first.")
    history: list[BriefingWrite] = Field(description="What happened (来龙去脉), the newest first.")


router = service_router(prefix="/v1/sales/customers", tags=["handovers"])


@router.get("/{record_id}/briefing")
async def brief(record_id: RecordId, work: Reading) -> Briefing:
    """Show on one page what whoever goes on must know of a customer (客户简报), in all the caller's org units."""
    party = await work.session.scalar(select(Party).where(Party.record_id == record_id))
    if party is None or not work.caller.may_act_for(party.org_unit):
        raise NotFound("not_found", "There is no customer with this record id.")
    of_customer = Party.golden_id == party.golden_id if party.golden_id else Party.record_id == record_id
    found = {kind: await _documents(work, kind, of_customer) for kind in BOOK}
    items = [_item(kind, document) for kind, documents in found.items() for document in documents]
    items.sort(key=lambda item: (item.is_open, item.updated_at, item.id), reverse=True)
    await work.log_read("briefing", [item.id for item in items])
    return Briefing(
        golden_id=party.golden_id,
        consultants=list(dict.fromkeys(item.consultant for item in _by_time(items) if item.consultant)),
        items=items,
        commitments=[CommitmentView.model_validate(promise) for promise in sorted(found["commitment"], key=_due_at)],
        history=await _history(work, items),
    )


async def _documents(work: Work, kind: str, of_customer: ColumnElement[bool]) -> list[Any]:
    table = BOOK[kind].table
    query = select(table).join(table.party).options(contains_eager(table.party)).where(of_customer)
    if not work.caller.all_org_units:
        query = query.where(table.org_unit.in_(work.caller.org_units))
    return list((await work.session.scalars(query.order_by(table.updated_at.desc()).limit(MAX_ITEMS))).all())


async def _history(work: Work, items: list[BriefingItem]) -> list[BriefingWrite]:
    """The last writes of the documents."""
    tables = {BOOK[kind].table.__tablename__: kind for kind in BOOK}
    ids = {kind: [item.id for item in items if item.kind == kind] for kind in BOOK}
    of_these = or_(
        *(and_(HistoryRow.kind == table, HistoryRow.document_id.in_(ids[kind])) for table, kind in tables.items())
    )
    newest = select(HistoryRow).where(of_these).order_by(HistoryRow.at.desc(), HistoryRow.version.desc())
    return [
        BriefingWrite(
            kind=tables[row.kind], id=row.document_id, at=row.at, by=row.by, step=row.step, fields=sorted(row.changes)
        )
        for row in await work.session.scalars(newest.limit(MAX_ITEMS))
    ]


def _item(kind: str, document: Any) -> BriefingItem:
    told = {name: getattr(document, name) for name in BriefingItem.model_fields if name not in {"kind", "is_open"}}
    return BriefingItem(kind=kind, is_open=is_open(kind, document), **told)


def _by_time(items: list[BriefingItem]) -> list[BriefingItem]:
    return sorted(items, key=lambda item: (item.updated_at, item.id), reverse=True)


def _due_at(commitment: Commitment) -> tuple[bool, datetime]:
    return commitment.status != "open", commitment.due_at
