"""Survey responses (问卷回收): what one customer answered to one survey."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Writing
from feedback.complaints import NewComplaint, complaints
from feedback.questionnaire import is_low, nps_of, score, wrong_answers
from feedback.return_visits import return_visits
from feedback.return_visits.visits import ReturnVisitView
from feedback.surveys import Survey, SurveyKind, open_survey
from isthmus.contracts import feedback as contract
from isthmus.contracts.feedback import ComplaintOpened, SurveyResponseReceived
from isthmus.contracts.fields import Code, LongText, OrgUnit, Text
from isthmus.http import ApiModel, ShortText, Unprocessable, service_router
from isthmus.parties import (
    Document,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    KnownCustomer,
    NewDocument,
    Vehicle,
    Work,
)
from isthmus.workflow import Workflow


class Answer(contract.Answer):
    """Answer to one question (答案)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Answers = Annotated[list[Answer], Field(max_length=200)]


class SurveyResponse(Document):
    """Table of survey responses."""

    __tablename__ = "survey_responses"
    business_facts = frozenset({"adviser", "channel", "kind", "responsible_org_unit", "survey_title"})

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    survey_title: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str | None]
    score: Mapped[int | None]
    nps: Mapped[int | None]
    answers: Mapped[Answers] = mapped_column(JsonModel(Answers))
    comment: Mapped[str | None]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    about: Mapped[str | None]
    responsible_org_unit: Mapped[str | None]
    adviser: Mapped[str | None]
    return_visit_id: Mapped[UUID | None]


class SurveyResponseFields(ApiModel):
    survey_id: UUID = Field(description="The survey answered (问卷号).")
    channel: Code | None = Field(None, description="Channel (渠道): phone, web, wechat …")
    score: int | None = Field(
        None, ge=0, le=1000, description="Score in all, 1000 is best (总分); reckoned where the questions are rated."
    )
    nps: int | None = Field(
        None, ge=0, le=10, description="Would recommend, 0 to 10 (推荐意愿); taken from the answers where it is asked."
    )
    answers: Answers = Field(default_factory=list, description="Answers (答案明细).")
    comment: LongText | None = Field(None, description="Free words in all (意见).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    about: Text | None = Field(None, description="Document asked about, such as an order's id (相关单据).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Org unit asked about (被评价单位).")
    adviser: ShortText | None = Field(None, description="Consultant or adviser asked about (被评价顾问).")
    return_visit_id: UUID | None = Field(None, description="Return visit it was answered in (回访号).")


class NewSurveyResponse(NewDocument, SurveyResponseFields):
    """A survey answered (问卷回收)."""


class SurveyResponseView(DocumentView, SurveyResponseFields):
    """A survey response (答卷)."""

    survey_title: Text = Field(description="Title of the survey (问卷标题).")
    kind: str = Field(description="What it measures (调查类型).")


class SurveyResponseFilter(DocumentFilter):
    """Which survey responses to list."""

    survey_id: UUID | None = Field(None, description="Only this survey (问卷号).")
    kind: SurveyKind | None = Field(None, description="Only this kind (调查类型).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Only about this org unit (被评价单位).")
    adviser: ShortText | None = Field(None, description="Only about this consultant or adviser (被评价顾问).")


_CATEGORIES = {"ssi": "sales", "csi": "service"}
# What a customer has answered is a fact: there is no step, and nothing to change.
workflow = Workflow(initial="received", steps={})
survey_responses = Documents(SurveyResponse, SurveyResponseView, workflow)
router = service_router(prefix="/v1/feedback/survey-responses", tags=["survey responses"])
survey_responses.serve_reading(router, SurveyResponseFilter)


@router.post("", status_code=201)
async def create_survey_response(body: NewSurveyResponse, work: Writing) -> SurveyResponseView:
    """Take in the answers of one customer (问卷回收); a low answer opens a complaint."""
    survey = await open_survey(work, body.survey_id)
    _check_answers(body.answers, survey)
    visit = await _answered_visit(work, body)
    rated = score(survey.questions, survey.factors, body.answers)
    nps = nps_of(survey.questions, body.answers)
    response = await survey_responses.create(
        work,
        body,
        SurveyResponseReceived,
        survey_title=survey.title,
        kind=survey.kind,
        score=body.score if rated is None else rated,
        nps=body.nps if nps is None else nps,
        responsible_org_unit=body.responsible_org_unit or (visit.org_unit if visit else None),
        adviser=body.adviser or (visit.adviser if visit else None),
    )
    if _is_low(response, survey):
        await _complain(work, response)
    return response


async def _answered_visit(work: Work, body: NewSurveyResponse) -> ReturnVisitView | None:
    """The return visit the answers were given in, which is done by that; 409 when it was answered before."""
    if body.return_visit_id is None:
        return None
    return await return_visits.step(work, body.return_visit_id, "answer")


def _check_answers(answers: list[Answer], survey: Survey) -> None:
    """Raise a 422 problem unless the answers fit the questions; a survey without questions takes any."""
    wrong = list(wrong_answers(survey.questions, answers)) if survey.questions else []
    if wrong:
        raise Unprocessable(wrong[0].code, wrong[0].message, wrong)


def _is_low(response: SurveyResponseView, survey: Survey) -> bool:
    """Whether the customer is so discontented that somebody must act (低分预警)."""
    score_limit, nps_limit = survey.complaint_below, survey.complaint_nps_at_most
    return (
        is_low(survey.questions, response.answers)
        or (score_limit is not None and response.score is not None and response.score < score_limit)
        or (nps_limit is not None and response.nps is not None and response.nps <= nps_limit)
    )


def _result(response: SurveyResponseView) -> str:
    """What was answered, in short: `200/1000`, or the willingness to recommend (推荐意愿)."""
    return f"NPS {response.nps}/10" if response.score is None else f"{response.score}/1000"


async def _complain(work: Work, response: SurveyResponseView) -> None:
    """Open a complaint about what was answered, in the same transaction; the database lets there be one a response."""
    complaint = NewComplaint(
        org_unit=response.org_unit,
        customer=KnownCustomer(record_id=response.customer.record_id),
        category=_CATEGORIES.get(response.kind, "other"),
        channel="survey",
        subject=f"{response.survey_title}: {_result(response)}",
        description=response.comment,
        responsible_org_unit=response.responsible_org_unit,
        vehicle=response.vehicle,
    )
    now = work.clock.now()
    await complaints.create(work, complaint, ComplaintOpened, opened_at=now, survey_response_id=response.id)
