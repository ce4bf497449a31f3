"""Visits to the web site (官网访问): nobody's until the visitor leaves a phone or e-mail; then they are the lead's.

Of a visitor only the site's own random number is kept, no address and no device, and only for `keep_days`.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import ForeignKey, Index, delete, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts import sales_campaigns
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import Instant, OrgUnit
from isthmus.contracts.sales_campaigns import WebVisitorChanged
from isthmus.db import Base
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.ids import new_id
from isthmus.parties import Document, DocumentFilter, Documents, DocumentView, KnownCustomer, NewDocument, Party, Work
from isthmus.timers import Daily, FiredTimer, Moment
from isthmus.workflow import Workflow
from sales.access import Reading, Writing
from sales.declared import Declared, read_rules

MAX_TOLD = 100


class WebVisitRules(Declared):
    """How long visits of unknown visitors are kept."""

    keep_days: int = Field(ge=1, le=365)


RULES = read_rules(WebVisitRules, "web_visits.yaml")


class WebVisitor(Document):
    """Table of visitors who said who they are."""

    __tablename__ = "web_visitors"
    sortable = ("last_visit_at",)

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), index=True)
    visitor: Mapped[str | None] = mapped_column(index=True)
    visit_count: Mapped[int]
    last_visit_at: Mapped[datetime | None]


class WebVisit(Base):
    """Table of pages looked at; the visitor is null once erased."""

    __tablename__ = "web_visits"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    visitor: Mapped[str | None] = mapped_column(index=True)
    web_visitor_id: Mapped[UUID | None] = mapped_column(ForeignKey("web_visitors.id"), index=True)
    at: Mapped[datetime]
    path: Mapped[str | None]
    series: Mapped[str | None]

    __table_args__ = (Index("web_visits_at_idx", "at", postgresql_where=text("web_visitor_id IS NULL")),)


class NewVisit(ApiModel):
    """A page that was looked at (页面浏览)."""

    at: Instant = Field(description="When (浏览时间).")
    path: str = Field(
        max_length=500, pattern=r"^/[^?#\x00]*$", description="Page (页面), without query: that may tell of a person."
    )
    series: ShortText | None = Field(None, description="Series it is about (浏览车系).")


class NewVisits(ApiModel):
    """What a visitor looked at (访问记录)."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元) whose site it is.")
    visitor: UUID = Field(description="The site's own random number of the visitor (访客标识).")
    visits: list[NewVisit] = Field(min_length=1, max_length=100, description="Pages looked at (浏览记录).")


class VisitsKept(ApiModel):
    """What became of them (处理结果)."""

    kept: int = Field(description="Visits kept (保存数).")
    web_visitor_id: UUID | None = Field(description="Whose they are (访客号); null while nobody knows.")


class NewWebVisitor(NewDocument):
    """A visitor who said who it is (访客归户)."""


class WebVisitorView(DocumentView):
    """A visitor of the web site who is known (官网访客)."""

    lead_id: UUID = Field(description="Lead the visitor became (线索号).")
    visit_count: int = Field(description="Pages looked at in all (浏览次数).")
    last_visit_at: datetime | None = Field(description="When the last was looked at (最近浏览时间).")


class WebVisitorFilter(DocumentFilter):
    """Which visitors to list."""

    sortable = WebVisitor.sortable

    lead_id: UUID | None = Field(None, description="Only that of this lead (线索号).")


class VisitView(ApiModel):
    """A page that a customer looked at (浏览记录)."""

    at: datetime = Field(description="When (浏览时间).")
    path: str | None = Field(description="Page (页面).")
    series: str | None = Field(description="Series it is about (浏览车系).")


class InterestFilter(ApiModel):
    """Of which site and time."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    visited_from: Instant | None = Field(None, description="Visits at or after (时间起).")
    visited_to: Instant | None = Field(None, description="Visits before (时间止).")


class Interest(ApiModel):
    """How many look at a series (车系关注度)."""

    series: str | None = Field(description="Series (车系); null for pages that are about none.")
    visits: int = Field(description="Visits (浏览次数).")
    visitors: int = Field(description="Visitors (访客数).")
    leads: int = Field(description="Leads these became (转化线索数).")


web_visitors = Documents(WebVisitor, WebVisitorView, Workflow(initial="known", steps={}))
visitors_router = service_router(prefix="/v1/sales/web-visitors", tags=["web visits"])
web_visitors.serve_reading(visitors_router, WebVisitorFilter)
router = service_router(prefix="/v1/sales/web-visits", tags=["web visits"])


@router.post("", status_code=201)
async def record_visits(body: NewVisits, work: Writing) -> VisitsKept:
    """Record what a visitor looked at (登记访问), for the site to call; of one who is known the timeline tells."""
    work.require_org_unit(body.org_unit)
    number = str(body.visitor)
    await _one_at_a_time(work, number)
    known = select(WebVisitor.id).where(WebVisitor.visitor == number, WebVisitor.org_unit == body.org_unit)
    visitor_id = await work.session.scalar(known.order_by(WebVisitor.created_at.desc()).limit(1))
    place = {"org_unit": body.org_unit, "visitor": number, "web_visitor_id": visitor_id}
    work.session.add_all(WebVisit(id=new_id(work.clock), **place, **visit.model_dump()) for visit in body.visits)
    if visitor_id is not None:
        await _tell(work, visitor_id)
    return VisitsKept(kept=len(body.visits), web_visitor_id=visitor_id)


@router.get("/interest")
async def show_interest(query: Annotated[InterestFilter, Query()], work: Reading) -> list[Interest]:
    """Show what visitors look at (车系关注度), the most visited first; it names nobody. At most 200 series."""
    counts = func.count(), func.count(WebVisit.visitor.distinct()), func.count(WebVisit.web_visitor_id.distinct())
    statement = select(WebVisit.series, *counts).group_by(WebVisit.series)
    if not work.caller.all_org_units:
        statement = statement.where(WebVisit.org_unit.in_(work.caller.org_units))
    if query.org_unit is not None:
        statement = statement.where(WebVisit.org_unit == query.org_unit)
    if query.visited_from is not None:
        statement = statement.where(WebVisit.at >= query.visited_from)
    if query.visited_to is not None:
        statement = statement.where(WebVisit.at < query.visited_to)
    most = statement.order_by(func.count().desc(), WebVisit.series).limit(200)
    return [
        Interest(series=series, visits=visits, visitors=visitors, leads=number)
        for series, visits, visitors, number in await work.session.execute(most)
    ]


@visitors_router.get("/{web_visitor_id}/visits")
async def list_visits(web_visitor_id: UUID, work: Reading) -> list[VisitView]:
    """Show what a known visitor looked at (浏览记录), the newest 100, oldest first."""
    visitor = await web_visitors.find(work, web_visitor_id)
    await web_visitors.log_read(work, [visitor.id])
    return [VisitView.model_validate(visit) for visit in await _newest(work, visitor.id)]


async def join_visits(work: Work, number: UUID, lead_id: UUID, org_unit: str, customer: RecordKey) -> None:
    """The visitor with this number has become a lead; if its customer left a phone or e-mail, its visits are known."""
    party = await work.session.get_one(Party, (customer.source, customer.record_id))
    if not (party.body.phones or party.body.emails):
        return
    await _one_at_a_time(work, str(number))
    body = NewWebVisitor(org_unit=org_unit, customer=KnownCustomer(record_id=customer.record_id))
    visitor = await web_visitors.create(work, body, lead_id=lead_id, visitor=str(number), visit_count=0)
    unknown = update(WebVisit).where(
        WebVisit.visitor == str(number), WebVisit.org_unit == org_unit, WebVisit.web_visitor_id.is_(None)
    )
    await work.session.execute(unknown.values(web_visitor_id=visitor.id))
    await _tell(work, visitor.id)


async def _one_at_a_time(work: Work, number: str) -> None:
    """A visit that comes while the visitor becomes a lead is not missed."""
    lock = func.hashtextextended(f"web_visitor/{number}", 0)
    await work.session.execute(select(func.pg_advisory_xact_lock(lock)))


async def _newest(work: Work, visitor_id: UUID) -> list[WebVisit]:
    """The newest visits of a visitor, oldest first."""
    newest = select(WebVisit).where(WebVisit.web_visitor_id == visitor_id).order_by(WebVisit.at.desc(), WebVisit.id)
    return list((await work.session.scalars(newest.limit(MAX_TOLD))).all())[::-1]


async def _tell(work: Work, visitor_id: UUID) -> None:
    """Count what a known visitor looked at, and tell it; the timeline has it at the time of the last visit."""
    await work.session.flush()
    visits = await _newest(work, visitor_id)
    of_visitor = select(func.count()).where(WebVisit.web_visitor_id == visitor_id)
    count, last = await work.session.scalar(of_visitor) or 0, visits[-1].at if visits else None
    by = work.caller.subject
    visitor = await web_visitors.act(work, visitor_id, None, by=by, visit_count=count, last_visit_at=last)
    if visitor is None or last is None:
        return
    told = WebVisitorChanged(
        web_visitor_id=visitor.id,
        customer=visitor.customer,
        org_unit=visitor.org_unit,
        occurred_at=last,
        lead_id=visitor.lead_id,
        visit_count=count,
        visits=[sales_campaigns.WebVisit(at=one.at, path=one.path or "", series=one.series) for one in visits],
    )
    work.publish(told, version=visitor.version, org_unit=visitor.org_unit)


async def _forget_the_unknown(_: FiredTimer, moment: Moment) -> None:
    before = moment.clock.now() - timedelta(days=RULES.keep_days)
    await moment.session.execute(delete(WebVisit).where(WebVisit.web_visitor_id.is_(None), WebVisit.at < before))


FORGETTING = Daily("web_visits_forgetting", at="03:00", zone="Asia/Shanghai", run=_forget_the_unknown)
"""Deletes visits of those who did not say who they are."""
