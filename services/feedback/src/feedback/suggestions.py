"""Suggestions (顾客建议): what customers would have otherwise, reviewed and answered."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import case, func, literal_column, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Reading, Writing
from isthmus.contracts.feedback import SuggestionChanged, SuggestionReceived
from isthmus.contracts.fields import Code, Instant, LongText, Text
from isthmus.http import ApiModel, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)
from isthmus.workflow import Workflow


class Suggestion(Document):
    """Table of suggestions."""

    __tablename__ = "suggestions"
    business_facts = frozenset({"category", "channel", "component"})

    category: Mapped[str]
    channel: Mapped[str | None]
    subject: Mapped[str]
    description: Mapped[str | None]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    answer: Mapped[str | None]
    component: Mapped[str | None]
    is_design_wish: Mapped[bool] = mapped_column(default=False)
    is_safety: Mapped[bool] = mapped_column(default=False)


class SuggestionFields(ApiModel):
    category: Code = Field("other", description="What it is about (建议类别): product, service, sales, safety, other.")
    channel: Code | None = Field(None, description="Channel it came by (渠道).")
    subject: Text = Field(min_length=1, description="Subject (主题).")
    description: LongText | None = Field(None, description="The suggestion (建议内容).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    component: Code | None = Field(
        None, description="Component of the vehicle (部件): brakes, seats, lights, infotainment …", examples=["seats"]
    )
    is_design_wish: bool = Field(default=False, description="Whether the design should change (设计变更愿望).")
    is_safety: bool = Field(default=False, description="Whether it is about driving safely (安全驾驶).")


class NewSuggestion(NewDocument, SuggestionFields):
    """A new suggestion (收到建议)."""


class SuggestionChange(DocumentChange, SuggestionFields):
    """What changes in a suggestion, such as its category (建议分类)."""


class SuggestionAnswer(ApiModel):
    """What the customer is told (答复)."""

    answer: LongText = Field(min_length=1, description="Answer given (答复).")


class SuggestionView(DocumentView, SuggestionFields):
    """A suggestion (顾客建议)."""

    answer: LongText | None = Field(description="Answer given (答复).")


class SuggestionFilter(DocumentFilter):
    """Which suggestions to list."""

    category: Code | None = Field(None, description="Only this category (建议类别).")
    component: Code | None = Field(None, description="Only this component (部件).")
    is_design_wish: bool | None = Field(None, description="Only design wishes, or all others (设计变更愿望).")
    is_safety: bool | None = Field(None, description="Only those about safety, or all others (安全驾驶).")


workflow = Workflow(
    initial="new",
    steps={
        "review": (["new"], "under_review"),
        "accept": (["new", "under_review"], "accepted"),
        "decline": (["new", "under_review"], "declined"),
        "answer": (["accepted", "declined"], "answered"),
    },
)
suggestions = Documents(Suggestion, SuggestionView, workflow)
router = service_router(prefix="/v1/feedback/suggestions", tags=["suggestions"])


class PlanningQuery(ApiModel):
    """Of what time."""

    created_from: Instant | None = Field(None, description="Made at or after (时间起).")
    created_to: Instant | None = Field(None, description="Made before (时间止).")


class Wishes(ApiModel):
    """How many customers said something about one component of one series (产品规划统计)."""

    series: str | None = Field(description="Series (车系); null where no vehicle was named.")
    component: Code | None = Field(description="Component (部件); null where none was named.")
    suggestions: int = Field(description="Suggestions in all (建议数).")
    design_wishes: int = Field(description="Design wishes among them (设计变更愿望数).")
    safety: int = Field(description="About safety among them (安全相关数).")
    customers: int = Field(description="Customer records they come from (客户数).")


@router.get("/planning")
async def count_for_planning(query: Annotated[PlanningQuery, Query()], work: Reading) -> list[Wishes]:
    """Count suggestions for product planning (产品规划): by series and component, safety first, no customer named."""
    series = type_coerce(Suggestion.vehicle, JSONB)["series"].astext
    safety = func.count(case((Suggestion.is_safety, 1))).label("safety")
    number = func.count().label("suggestions")
    statement = select(
        series.label("series"),
        Suggestion.component,
        number,
        func.count(case((Suggestion.is_design_wish, 1))).label("design_wishes"),
        safety,
        func.count(Suggestion.record_id.distinct()).label("customers"),
    ).group_by(literal_column("1"), Suggestion.component)
    if not work.caller.all_org_units:
        statement = statement.where(Suggestion.org_unit.in_(work.caller.org_units))
    if query.created_from is not None:
        statement = statement.where(Suggestion.created_at >= query.created_from)
    if query.created_to is not None:
        statement = statement.where(Suggestion.created_at < query.created_to)
    ordered = statement.order_by(safety.desc(), number.desc(), literal_column("1"), Suggestion.component)
    return [Wishes(**row) for row in (await work.session.execute(ordered)).mappings()]


suggestions.serve_reading(router, SuggestionFilter)
suggestions.serve_change(router, SuggestionChange, SuggestionChanged, about="Change a suggestion until it is answered.")


@router.post("", status_code=201)
async def create_suggestion(body: NewSuggestion, work: Writing) -> SuggestionView:
    """Take in a suggestion (收到建议)."""
    return await suggestions.create(work, body, SuggestionReceived)


@router.post("/{suggestion_id}/review")
async def review_suggestion(suggestion_id: UUID, work: Writing) -> SuggestionView:
    """Somebody looks at it (评审)."""
    return await suggestions.step(work, suggestion_id, "review", SuggestionChanged)


@router.post("/{suggestion_id}/accept")
async def accept_suggestion(suggestion_id: UUID, work: Writing) -> SuggestionView:
    """It will be followed (采纳)."""
    return await suggestions.step(work, suggestion_id, "accept", SuggestionChanged)


@router.post("/{suggestion_id}/decline")
async def decline_suggestion(suggestion_id: UUID, work: Writing) -> SuggestionView:
    """It will not be followed (不采纳)."""
    return await suggestions.step(work, suggestion_id, "decline", SuggestionChanged)


@router.post("/{suggestion_id}/answer")
async def answer_suggestion(suggestion_id: UUID, body: SuggestionAnswer, work: Writing) -> SuggestionView:
    """The customer is told what came of it (答复)."""
    return await suggestions.step(work, suggestion_id, "answer", SuggestionChanged, answer=body.answer)
