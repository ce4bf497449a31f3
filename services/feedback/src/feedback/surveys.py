"""Surveys (调查问卷) of headquarters: what is asked, and whether it is being asked now."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Reading, Writing
from isthmus.contracts.fields import Code, LongText, OrgUnit, Text
from isthmus.db import Base
from isthmus.http import (
    ApiModel,
    Conflict,
    FieldError,
    NotFound,
    Page,
    PageRequest,
    ShortText,
    Unprocessable,
    etag,
    keyset,
    service_router,
    to_page,
)
from isthmus.ids import new_id
from isthmus.parties import JsonModel, Work
from isthmus.workflow import Workflow

SurveyKind = Literal["ssi", "csi", "nps", "loyalty", "return_visit"]


class Question(ApiModel):
    """One question of a survey (问题)."""

    code: Code = Field(description="Name of the question in answers (题号).", examples=["q1"])
    text: Text = Field(min_length=1, description="What is asked (题目).")
    factor: ShortText | None = Field(None, description="Factor it belongs to (因子).")


Questions = Annotated[list[Question], Field(max_length=200)]


class Survey(Base):
    """Table of surveys."""

    __tablename__ = "surveys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_unit: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    introduction: Mapped[str | None]
    questions: Mapped[Questions] = mapped_column(JsonModel(Questions))
    status: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (Index("surveys_created_idx", "created_at", "id"),)


class NewSurvey(ApiModel):
    """A new survey (新建问卷), asked from the start."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that asks.")
    title: ShortText = Field(description="Title (问卷标题).")
    kind: SurveyKind = Field(description="What it measures (调查类型): ssi (销售满意度), csi (服务满意度), nps …")
    introduction: LongText | None = Field(None, description="What is said before the first question (引言).")
    questions: Questions = Field(default_factory=list, description="The questions (题目).")


class SurveyView(NewSurvey):
    """A survey (调查问卷)."""

    id: UUID = Field(description="The survey (问卷号).")
    status: str = Field(description="State (状态): open or closed.")
    version: int = Field(description="Rises with each change; also the ETag.")
    created_at: datetime


class SurveyFilter(ApiModel):
    """Query of the list, newest first; a filter that is not known is an error, never ignored."""

    kind: SurveyKind | None = Field(None, description="Only this kind (调查类型).")
    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


workflow = Workflow(initial="open", steps={"close": (["open"], "closed")})
router = service_router(prefix="/v1/feedback/surveys", tags=["surveys"])


@router.post("", status_code=201)
async def create_survey(body: NewSurvey, work: Writing) -> SurveyView:
    """Make a survey (新建问卷)."""
    work.require_org_unit(body.org_unit)
    values = {name: getattr(body, name) for name in type(body).model_fields}
    survey = Survey(id=new_id(work.clock), status=workflow.initial, version=1, created_at=work.clock.now(), **values)
    work.session.add(survey)
    await work.session.flush()
    return _answer(work, survey)


@router.get("")
async def list_surveys(query: Annotated[SurveyFilter, Query()], work: Reading) -> Page[SurveyView]:
    """List surveys, newest first; every org unit may read them."""
    page = PageRequest(query.limit, query.cursor)
    statement = select(Survey) if query.kind is None else select(Survey).where(Survey.kind == query.kind)
    ordered = keyset(statement, [Survey.created_at, Survey.id], page, descending=True)
    rows = (await work.session.scalars(ordered)).all()
    return to_page(rows, page, lambda survey: (survey.created_at, survey.id), SurveyView.model_validate)


@router.get("/{survey_id}")
async def get_survey(survey_id: UUID, work: Reading) -> SurveyView:
    """Show a survey."""
    return _answer(work, await _find(work, survey_id))


@router.post("/{survey_id}/close")
async def close_survey(survey_id: UUID, work: Writing) -> SurveyView:
    """Stop asking (停止调查): no further answers are taken."""
    survey = await _find(work, survey_id, lock=True)
    work.require_org_unit(survey.org_unit)
    survey.status = workflow.after(survey.status, "close")
    survey.version += 1
    await work.session.flush()
    return _answer(work, survey)


async def open_survey(work: Work, survey_id: UUID) -> Survey:
    """The survey an answer is for: 422 when there is none, 409 when it is closed."""
    survey = await work.session.get(Survey, survey_id)
    if survey is None:
        detail = "There is no such survey."
        raise Unprocessable("unknown_reference", detail, [FieldError("/survey_id", "unknown_reference", detail)])
    if survey.status != "open":
        raise Conflict("survey_closed", "This survey takes no further answers.")
    return survey


async def _find(work: Work, survey_id: UUID, *, lock: bool = False) -> Survey:
    survey = await work.session.get(Survey, survey_id, with_for_update=lock or None)
    if survey is None:
        raise NotFound("not_found", "There is no such survey.")
    return survey


def _answer(work: Work, survey: Survey) -> SurveyView:
    work.response.headers["ETag"] = etag(survey.version)
    return SurveyView.model_validate(survey)
