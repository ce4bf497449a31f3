"""Surveys (调查问卷) of headquarters in editions: drafted, asked, and never changed once they are asked."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from feedback.access import Writing
from feedback.questionnaire import Factors, Points, Questions, faults_of
from isthmus.contracts.fields import Code, LongText, OrgUnit
from isthmus.http import ApiModel, Conflict, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry, Work
from isthmus.workflow import Workflow

SurveyKind = Literal["ssi", "csi", "nps", "loyalty", "return_visit"]


class Survey(Entry):
    """Table of surveys; each row is one edition."""

    __tablename__ = "surveys"

    code: Mapped[str | None]
    edition: Mapped[int] = mapped_column(default=1)
    title: Mapped[str]
    kind: Mapped[str]
    introduction: Mapped[str | None]
    factors: Mapped[Factors] = mapped_column(JsonModel(Factors))
    questions: Mapped[Questions] = mapped_column(JsonModel(Questions))
    complaint_below: Mapped[int | None]
    complaint_nps_at_most: Mapped[int | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """No edition of a questionnaire is there twice."""
        return (UniqueConstraint("code", "edition"), *cls.common_indices())


class SurveyFields(ApiModel):
    title: ShortText = Field(description="Title (问卷标题).")
    kind: SurveyKind = Field(description="What it measures (调查类型): ssi (销售满意度), csi (服务满意度), nps …")
    introduction: LongText | None = Field(None, description="What is said before the first question (引言).")
    factors: Factors = Field(default_factory=list, description="Factors and their weights (因子权重).")
    questions: Questions = Field(default_factory=list, description="The questions (题目), in order.")
    complaint_below: Points | None = Field(None, description="A score below this opens a complaint (低分预警值).")
    complaint_nps_at_most: int | None = Field(
        None, ge=0, le=10, description="An unlikely recommendation, 0 to 10, opens a complaint (低推荐预警值)."
    )


class NewSurvey(NewEntry, SurveyFields):
    """A new survey (新建问卷)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that asks.")
    code: Code | None = Field(
        None, description="Questionnaire it is an edition of (问卷代码); surveys of one code follow each other."
    )


class SurveyChange(EntryChange, SurveyFields):
    """What changes in a draft (修改草稿)."""


class SurveyView(EntryView, SurveyFields):
    """A survey (调查问卷)."""

    code: Code | None = Field(description="Questionnaire it is an edition of (问卷代码).")
    edition: int = Field(description="Edition (版次).")


class SurveyFilter(EntryFilter):
    """Which surveys to list."""

    kind: SurveyKind | None = Field(None, description="Only this kind (调查类型).")
    code: Code | None = Field(None, description="Only editions of this questionnaire (问卷代码).")


def _check_questions(survey: Survey) -> None:
    faults = list(faults_of(survey.questions, survey.factors))
    if faults:
        raise Unprocessable("wrong_questionnaire", "The questions do not fit together.", faults)


# What is asked is never changed: answers of different customers must be answers to the same questions.
workflow = Workflow(
    initial="draft",
    steps={"publish": (["draft"], "open"), "close": (["open"], "closed")},
    changeable=["draft"],
)
surveys = Entries(Survey, SurveyView, workflow, rule=_check_questions, shared=True)
router = service_router(prefix="/v1/feedback/surveys", tags=["surveys"])
surveys.serve_reading(router, SurveyFilter)
surveys.serve_change(router, SurveyChange, about="Change a draft; what is asked already is never changed.")


@router.post("", status_code=201)
async def create_survey(body: NewSurvey, work: Writing) -> SurveyView:
    """Make a survey that is asked from the start (新建并发布问卷); the edition before it is closed."""
    work.require_org_unit(body.org_unit)
    edition = await _next_edition(work, body.code)
    await _close_others(work, body.code)
    return await surveys.create(work, body, status="open", edition=edition)


@router.post("/drafts", status_code=201)
async def draft_survey(body: NewSurvey, work: Writing) -> SurveyView:
    """Make a draft (问卷草稿) of a survey, or of the next edition of one."""
    return await surveys.create(work, body, edition=await _next_edition(work, body.code))


@router.post("/{survey_id}/publish")
async def publish_survey(survey_id: UUID, work: Writing) -> SurveyView:
    """Begin to ask it (发布问卷); the edition asked until now is closed."""
    survey = await surveys.find(work, survey_id)
    work.require_org_unit(survey.org_unit)
    await _serialise(work, survey.code)
    workflow.after(survey.status, "publish")
    await _close_others(work, survey.code)
    return await surveys.step(work, survey_id, "publish")


@router.post("/{survey_id}/close")
async def close_survey(survey_id: UUID, work: Writing) -> SurveyView:
    """Stop asking (停止调查): no further answers are taken."""
    return await surveys.step(work, survey_id, "close")


async def open_survey(work: Work, survey_id: UUID) -> Survey:
    """The survey an answer is for: 422 when there is none, 409 when it is not being asked."""
    survey = await work.session.get(Survey, survey_id)
    if survey is None:
        detail = "There is no such survey."
        raise Unprocessable("unknown_reference", detail, [FieldError("/survey_id", "unknown_reference", detail)])
    if survey.status != "open":
        raise Conflict("survey_closed", "This survey takes no answers now.")
    return survey


async def _next_edition(work: Work, code: str | None) -> int:
    if code is None:
        return 1
    await _serialise(work, code)
    return 1 + (await work.session.scalar(select(func.max(Survey.edition)).where(Survey.code == code)) or 0)


async def _close_others(work: Work, code: str | None) -> None:
    """Close the edition that is being asked; 403 when it is another org unit's."""
    if code is None:
        return
    for number in await work.session.scalars(select(Survey.id).where(Survey.code == code, Survey.status == "open")):
        await surveys.step(work, number, "close")


async def _serialise(work: Work, code: str | None) -> None:
    """Let editions of one questionnaire be made and published one after the other."""
    if code is not None:
        await work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"survey {code}", 0))))
