"""What the call-center (客户互动中心) tells: interactions on all channels, and cases."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import CHANNELS, BusinessEvent, Vehicle
from isthmus.contracts.contacts import Contact
from isthmus.contracts.fields import Code, Instant, LongText, OrgUnit, Text


class InteractionState(BusinessEvent):
    """One contact with a customer (互动/接触): a call, a fax, a mail, a message."""

    event_key: ClassVar[str] = "interaction_id"

    interaction_id: UUID = Field(description="The interaction (互动号).")
    channel: Code = Field(
        description="Channel (渠道).",
        json_schema_extra=CHANNELS,
    )
    direction: Literal["inbound", "outbound"] = Field(description="Who began (呼入/呼出).")
    address: Text | None = Field(None, description="Number or address at the customer's end (对方号码/地址).")
    at: Instant = Field(description="When it began (开始时间).")
    duration_seconds: int | None = Field(None, ge=0, le=1_000_000, description="How long (时长).")
    agent: Text | None = Field(None, description="Agent (坐席).")
    subject: Text | None = Field(None, description="Subject (主题).")
    body: LongText | None = Field(None, description="What was written or noted (内容).")
    reason: Code | None = Field(None, description="Wrap-up code (话后小结/来电原因).")
    result: Text | None = Field(None, description="Outcome (处理结果).")
    commitment: LongText | None = Field(None, description="What was promised (承诺事项).")
    commitment_due_at: Instant | None = Field(None, description="Promised until (承诺期限).")
    case_id: UUID | None = Field(None, description="Case it belongs to (工单号).")
    reason_detail: Code | None = Field(
        None, description="Second level of the wrap-up code (二级原因).", examples=["price"]
    )
    thread_id: UUID | None = Field(None, description="Conversation it is part of (会话号): its first interaction.")
    is_automatic: bool | None = Field(
        None, description="Sent by a machine (自动发送), such as an out-of-office reply.", examples=[False]
    )
    delivery: Code | None = Field(
        None,
        description="Whether an answer of ours went out (发送状态).",
        json_schema_extra={"x-known-values": ["failed", "pending", "sent", "suppressed"]},
    )
    call_outcome: Code | None = Field(
        None,
        description="How a call ended (通话结果).",
        json_schema_extra={
            "x-known-values": [
                "answered",
                "busy",
                "cancelled",
                "congestion",
                "forwarded",
                "no_answer",
                "not_found",
                "unknown",
            ]
        },
    )


class InteractionRecorded(InteractionState):
    """An interaction was recorded (互动登记)."""

    event_type: ClassVar[str] = "isthmus.call-center.interaction-recorded.v1"


class InteractionChanged(InteractionState):
    """An interaction was completed or corrected afterwards (互动补记)."""

    event_type: ClassVar[str] = "isthmus.call-center.interaction-changed.v1"


class CaseState(BusinessEvent):
    """A case (客服工单): something to be settled for the customer."""

    event_key: ClassVar[str] = "case_id"

    case_id: UUID = Field(description="The case (工单号).")
    number: Text | None = Field(None, description="Number told to the customer (工单编号).")
    status: Code = Field(
        description="State (工单状态).",
        json_schema_extra={
            "x-known-values": [
                "assigned",
                "closed",
                "escalated",
                "in_progress",
                "merged",
                "new",
                "pending_customer",
                "resolved",
            ]
        },
    )
    kind: Code = Field(
        description="Kind (工单类型).",
        json_schema_extra={
            "x-known-values": ["appointment", "claim", "complaint", "enquiry", "feedback", "rescue", "suggestion"]
        },
    )
    priority: Code = Field(
        "normal",
        description="Priority (优先级).",
        json_schema_extra={"x-known-values": ["high", "low", "normal", "urgent"]},
    )
    subject: Text = Field(description="Subject (主题).")
    description: LongText | None = Field(None, description="What it is about (描述).")
    channel: Code | None = Field(None, description="Channel it came by (来源渠道).", json_schema_extra=CHANNELS)
    assigned_org_unit: OrgUnit | None = Field(None, description="Org unit that must act (责任单位).")
    assignee: Text | None = Field(None, description="Person in charge (处理人).")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    first_response_due_at: Instant | None = Field(None, description="First answer due (首次响应期限).")
    first_responded_at: Instant | None = Field(None, description="First answered (首次响应时间).")
    due_at: Instant | None = Field(None, description="Solution due (解决期限).")
    resolved_at: Instant | None = Field(None, description="Solved (解决时间).")
    resolution: LongText | None = Field(None, description="How it was settled (解决方案).")
    opened_at: Instant = Field(description="Opened (建单时间).")
    closed_at: Instant | None = Field(None, description="Closed (关闭时间).")
    close_code: Code | None = Field(None, description="Why it was closed (结案代码).", examples=["solved"])
    awaiting_reply_since: Instant | None = Field(
        None, description="A message of the customer is unanswered since (待回复起)."
    )
    next_response_due_at: Instant | None = Field(None, description="Answer to that message due (后续响应期限).")
    escalated_clock: Code | None = Field(
        None,
        description="Clock that ran out and escalated the case (超时时钟).",
        json_schema_extra={"x-known-values": ["first_response", "next_response", "resolution"]},
    )
    merged_into: UUID | None = Field(None, description="Case that goes on instead (合并到的工单号).", examples=[None])


class CaseOpened(CaseState):
    """A case was opened (工单建立)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-opened.v1"


class CaseChanged(CaseState):
    """A case was assigned, escalated, answered or resolved (工单变更)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-changed.v1"


class CaseClosed(CaseState):
    """A case was closed (工单关闭)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-closed.v1"


class CaseWarned(CaseState):
    """A clock of a case has used up 80 % of its term (工单预警)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-warned.v1"


class CaseEscalated(CaseState):
    """A case was escalated (工单升级): by a person, or because a clock ran out (`escalated_clock`)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-escalated.v1"


class CaseTaskState(BusinessEvent):
    """A task (工单任务): a part of a case for a department or a dealer; `org_unit` must do it."""

    event_key: ClassVar[str] = "task_id"

    task_id: UUID = Field(description="The task (任务号).")
    case_id: UUID = Field(description="Case it is part of (工单号).")
    status: Code = Field(
        description="State (任务状态).",
        json_schema_extra={"x-known-values": ["assigned", "cancelled", "declined", "done", "in_progress"]},
    )
    department: Code | None = Field(
        None,
        description="Department (部门).",
        json_schema_extra={
            "x-known-values": [
                "finance",
                "logistics",
                "parts",
                "privacy",
                "product_planning",
                "quality",
                "sales",
                "service",
            ]
        },
    )
    assignee: Text | None = Field(None, description="Person in charge (处理人).")
    subject: Text = Field(description="What is to be done (任务主题).")
    description: LongText | None = Field(None, description="What is to be known for it (任务说明).")
    due_at: Instant | None = Field(None, description="To be done by (任务期限).")
    result: LongText | None = Field(None, description="What came of it (任务结果).")
    done_at: Instant | None = Field(None, description="Done, declined or cancelled (完成时间).")


class CaseTaskAssigned(CaseTaskState):
    """A task was handed to a department or a dealer (派发任务)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-task-assigned.v1"


class CaseTaskChanged(CaseTaskState):
    """A task was begun, done, declined or cancelled (任务变更)."""

    event_type: ClassVar[str] = "isthmus.call-center.case-task-changed.v1"


class CallbackState(BusinessEvent):
    """A callback (回电): a customer is to be rung at a time."""

    event_key: ClassVar[str] = "callback_id"

    callback_id: UUID = Field(description="The callback (回电号).")
    status: Code = Field(
        description="State (回电状态).", json_schema_extra={"x-known-values": ["cancelled", "done", "due", "planned"]}
    )
    callback_at: Instant = Field(description="When to ring (回电时间).", examples=["2026-11-02T06:00:00Z"])
    assignee: Text | None = Field(None, description="Agent who rings (坐席).")
    subject: Text = Field(description="What about (回电事由).")
    case_id: UUID | None = Field(None, description="Case it is about (工单号).")
    attempts: int = Field(
        0, ge=0, le=1_000_000, description="How often it was tried in vain (已尝试次数).", examples=[1]
    )
    result: Text | None = Field(None, description="What came of it (回电结果).")


class CallbackPlanned(CallbackState):
    """A callback was promised (预约回电)."""

    event_type: ClassVar[str] = "isthmus.call-center.callback-planned.v1"


class CallbackChanged(CallbackState):
    """A callback came due, was moved, made, tried in vain or cancelled (回电变更)."""

    event_type: ClassVar[str] = "isthmus.call-center.callback-changed.v1"


class CustomerContacted(Contact):
    """The call centre contacted a customer (客服主动接触)."""

    event_type: ClassVar[str] = "isthmus.call-center.customer-contacted.v1"
