"""Suggestions (顾客建议): what customers would have otherwise, reviewed and answered."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Writing
from isthmus.contracts.feedback import SuggestionChanged, SuggestionReceived
from isthmus.contracts.fields import Code, LongText, Text
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
    business_facts = frozenset({"category", "channel"})

    category: Mapped[str]
    channel: Mapped[str | None]
    subject: Mapped[str]
    description: Mapped[str | None]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    answer: Mapped[str | None]


class SuggestionFields(ApiModel):
    category: Code = Field("other", description="What it is about (建议类别): product, service, sales, safety, other.")
    channel: Code | None = Field(None, description="Channel it came by (渠道).")
    subject: Text = Field(min_length=1, description="Subject (主题).")
    description: LongText | None = Field(None, description="The suggestion (建议内容).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")


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
