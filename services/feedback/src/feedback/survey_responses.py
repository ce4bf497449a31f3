"""Survey responses (问卷回收): what one customer answered to one survey."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.access import Writing
from feedback.surveys import Survey, SurveyKind, open_survey
from isthmus.contracts import feedback as contract
from isthmus.contracts.feedback import SurveyResponseReceived
from isthmus.contracts.fields import Code, LongText, Text
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router
from isthmus.parties import Document, DocumentFilter, Documents, DocumentView, JsonModel, NewDocument, Vehicle
from isthmus.workflow import Workflow


class Answer(contract.Answer):
    """Answer to one question (答案)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Answers = Annotated[list[Answer], Field(max_length=200)]


class SurveyResponse(Document):
    """Table of survey responses."""

    __tablename__ = "survey_responses"
    business_facts = frozenset({"channel", "kind", "survey_title"})

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


class SurveyResponseFields(ApiModel):
    survey_id: UUID = Field(description="The survey answered (问卷号).")
    channel: Code | None = Field(None, description="Channel (渠道): phone, web, wechat …")
    score: int | None = Field(None, ge=0, le=1000, description="Score in all, 1000 is best (总分).")
    nps: int | None = Field(None, ge=0, le=10, description="Would recommend, 0 to 10 (推荐意愿).")
    answers: Answers = Field(default_factory=list, description="Answers (答案明细).")
    comment: LongText | None = Field(None, description="Free words in all (意见).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    about: Text | None = Field(None, description="Document asked about, such as an order's id (相关单据).")


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


# What a customer has answered is a fact: there is no step, and nothing to change.
workflow = Workflow(initial="received", steps={})
survey_responses = Documents(SurveyResponse, SurveyResponseView, workflow)
router = service_router(prefix="/v1/feedback/survey-responses", tags=["survey responses"])
survey_responses.serve_reading(router, SurveyResponseFilter)


@router.post("", status_code=201)
async def create_survey_response(body: NewSurveyResponse, work: Writing) -> SurveyResponseView:
    """Take in the answers of one customer (问卷回收)."""
    survey = await open_survey(work, body.survey_id)
    _check_questions(body.answers, survey)
    return await survey_responses.create(
        work, body, SurveyResponseReceived, survey_title=survey.title, kind=survey.kind
    )


def _check_questions(answers: list[Answer], survey: Survey) -> None:
    """Raise a 422 problem unless each answer is to a question of the survey; one without questions takes any."""
    asked = {question.code for question in survey.questions}
    for number, answer in enumerate(answers):
        if asked and answer.question not in asked:
            detail = "The survey has no such question."
            pointer = f"/answers/{number}/question"
            raise Unprocessable("unknown_question", detail, [FieldError(pointer, "unknown_question", detail)])
