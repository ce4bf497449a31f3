"""What feedback (客户反馈) tells: survey answers, complaints, suggestions."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import CHANNELS, BusinessEvent, Value, Vehicle
from isthmus.contracts.contacts import Contact
from isthmus.contracts.fields import Code, Count, Instant, LongText, OrgUnit, Text


class Answer(Value):
    """Answer to one question of a survey (答案)."""

    question: Text = Field(description="Code of the question in the survey (题号).")
    factor: Text | None = Field(None, description="Factor the question belongs to (因子).")
    score: int | None = Field(None, ge=-1000, le=1000, description="Score given (评分).")
    choices: Annotated[list[Text], Field(max_length=50)] = Field(
        default_factory=list, description="Options chosen (选项)."
    )
    text: LongText | None = Field(None, description="Free words (文字答案).")


class SurveyResponseReceived(BusinessEvent):
    """A customer answered a survey (问卷回收)."""

    event_type: ClassVar[str] = "isthmus.feedback.survey-response-received.v1"
    event_key: ClassVar[str] = "survey_response_id"

    survey_response_id: UUID = Field(description="The response (答卷号).")
    survey_id: UUID = Field(description="The survey (问卷号).")
    survey_title: Text | None = Field(None, description="Title of the survey (问卷标题).")
    kind: Code = Field(
        description="What it measures (调查类型).",
        json_schema_extra={"x-known-values": ["csi", "loyalty", "nps", "return_visit", "ssi"]},
    )
    channel: Code | None = Field(None, description="Channel (渠道).", json_schema_extra=CHANNELS)
    score: int | None = Field(None, ge=0, le=1000, description="Score in all, 1000 is best (总分).")
    nps: int | None = Field(None, ge=0, le=10, description="Would recommend, 0 to 10 (推荐意愿).")
    answers: Annotated[list[Answer], Field(max_length=200)] = Field(
        default_factory=list, description="Answers (答案明细)."
    )
    comment: LongText | None = Field(None, description="Free words in all (意见).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    about: Text | None = Field(None, description="Document asked about, such as an order's id (相关单据).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Org unit asked about (被评价单位).")
    adviser: Text | None = Field(None, description="Consultant or adviser asked about (被评价顾问).")


class ComplaintState(BusinessEvent):
    """A complaint (投诉)."""

    event_key: ClassVar[str] = "complaint_id"

    complaint_id: UUID = Field(description="The complaint (投诉号).")
    status: Code = Field(
        description="State (投诉状态).",
        json_schema_extra={
            "x-known-values": [
                *("accepted", "answered", "closed", "escalated", "forwarded", "in_progress", "opened", "rejected"),
                "resolved",
            ]
        },
    )
    category: Code = Field(
        description="What is complained of (投诉类别).",
        json_schema_extra={
            "x-known-values": ["attitude", "delivery", "other", "parts", "price", "quality", "sales", "service"]
        },
    )
    severity: Code = Field(
        "normal",
        description="Severity (严重程度).",
        json_schema_extra={"x-known-values": ["critical", "low", "normal", "serious"]},
    )
    channel: Code | None = Field(None, description="Channel it came by (投诉渠道).", json_schema_extra=CHANNELS)
    subject: Text = Field(description="Subject (主题).")
    description: LongText | None = Field(None, description="What happened (投诉内容).")
    demand: LongText | None = Field(None, description="What the customer wants (客户诉求).")
    responsible_org_unit: OrgUnit | None = Field(None, description="Org unit complained of (责任单位).")
    handler: Text | None = Field(None, description="Person in charge (处理人).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    due_at: Instant | None = Field(None, description="Solution due (解决期限).")
    resolution: LongText | None = Field(None, description="How it was settled (处理结果).")
    satisfied: bool | None = Field(None, description="Whether the customer accepts it (客户是否满意).")
    opened_at: Instant = Field(description="Opened (受理时间).")
    closed_at: Instant | None = Field(None, description="Closed (结案时间).")
    accept_due_at: Instant | None = Field(None, description="Acceptance due (受理期限).")
    accepted_at: Instant | None = Field(None, description="Accepted (接单时间).")
    forwarded_at: Instant | None = Field(None, description="Forwarded to the responsible org unit (转办时间).")
    answer_due_at: Instant | None = Field(None, description="Answer of the responsible org unit due (答复期限).")
    answered_at: Instant | None = Field(None, description="Answered by the responsible org unit (答复时间).")
    dealer_answer: LongText | None = Field(
        None,
        description="Answer of the responsible org unit (责任单位答复).",
        examples=["同意免费检修。"],
    )
    cause: Code | None = Field(None, description="Cause (原因代码).", examples=["workmanship"])
    remedy: Code | None = Field(None, description="Remedy (措施代码).", examples=["repair"])
    resolved_at: Instant | None = Field(None, description="Settled or rejected (解决时间).")
    reopened_at: Instant | None = Field(None, description="Last reopened (重开时间).")
    reopenings: Count = Field(0, description="How often it was reopened (重开次数).", examples=[1])
    escalation_level: Count = Field(
        0, description="Escalation (升级级别): 0 unless a deadline was missed.", examples=[1]
    )
    survey_response_id: UUID | None = Field(None, description="Survey response that opened it (相关答卷).")


class ComplaintOpened(ComplaintState):
    """A complaint was taken in (投诉受理)."""

    event_type: ClassVar[str] = "isthmus.feedback.complaint-opened.v1"


class ComplaintChanged(ComplaintState):
    """A complaint moved on (投诉跟进)."""

    event_type: ClassVar[str] = "isthmus.feedback.complaint-changed.v1"


class ComplaintClosed(ComplaintState):
    """A complaint was closed (投诉结案)."""

    event_type: ClassVar[str] = "isthmus.feedback.complaint-closed.v1"


class SuggestionState(BusinessEvent):
    """A suggestion (顾客建议)."""

    event_key: ClassVar[str] = "suggestion_id"

    suggestion_id: UUID = Field(description="The suggestion (建议号).")
    status: Code = Field(
        description="State (建议状态).",
        json_schema_extra={"x-known-values": ["accepted", "answered", "declined", "new", "under_review"]},
    )
    category: Code = Field(
        description="What it is about (建议类别).",
        json_schema_extra={"x-known-values": ["other", "product", "safety", "sales", "service"]},
    )
    channel: Code | None = Field(None, description="Channel it came by (渠道).", json_schema_extra=CHANNELS)
    subject: Text = Field(description="Subject (主题).")
    description: LongText | None = Field(None, description="The suggestion (建议内容).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    answer: LongText | None = Field(None, description="Answer given (答复).")
    component: Code | None = Field(None, description="Component of the vehicle (部件).", examples=["seats"])
    is_design_wish: bool = Field(default=False, description="Whether the design should change (设计变更愿望).")
    is_safety: bool = Field(default=False, description="Whether it is about driving safely (安全驾驶).")


class SuggestionReceived(SuggestionState):
    """A suggestion came in (收到建议)."""

    event_type: ClassVar[str] = "isthmus.feedback.suggestion-received.v1"


class SuggestionChanged(SuggestionState):
    """A suggestion was reviewed or answered (建议处理)."""

    event_type: ClassVar[str] = "isthmus.feedback.suggestion-changed.v1"


class CustomerContacted(Contact):
    """Feedback contacted a customer (回访主动接触)."""

    event_type: ClassVar[str] = "isthmus.feedback.customer-contacted.v1"
