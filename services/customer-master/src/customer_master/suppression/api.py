"""The suppression check (免打扰检查) every sender must ask before it contacts a customer."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from customer_master.access import no_such_customer
from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.golden_customers import find
from customer_master.suppression.known import known_of
from customer_master.suppression.rules import Planned, Reason, Sending, reasons_against, suppression_rules
from isthmus.contracts.fields import Code, RecordId, Source, Text
from isthmus.http import ClockDep, Principal, Problem, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Asker = Annotated[Principal, require("customers:read")]

_GOLDEN_ID = "SELECT golden_id FROM records JOIN links USING (record_no) WHERE source = $1 AND record_id = $2"


class WhoToContact(BaseModel):
    """A customer by golden id, or by the key of a record."""

    model_config = ConfigDict(extra="forbid")

    golden_id: UUID | None = Field(None, description="Golden customer (黄金客户号).")
    source: Source | None = Field(None, description="Source of the record (来源系统).")
    record_id: RecordId | None = Field(None, description="The source's own number of the record (来源记录号).")

    @model_validator(mode="after")
    def _one_of_both(self) -> "WhoToContact":
        if (self.golden_id is None) != (self.source is not None and self.record_id is not None):
            raise ValueError("name golden_id, or source and record_id")
        return self


class SuppressionQuestion(BaseModel):
    """A contact that is planned."""

    model_config = ConfigDict(extra="forbid")

    customer: WhoToContact = Field(description="Whom to contact (客户).")
    channel: Code = Field(description="Channel (渠道): phone, sms, email, wechat, letter …", examples=["sms"])
    purpose: Code = Field(
        description="Purpose (处理目的): marketing, survey, care, service, contract, safety; any other is held to the"
        " rules of marketing.",
        examples=["marketing"],
    )
    campaign: Text | None = Field(None, description="Campaign (营销活动) it is for: sent to nobody twice.")
    template: Text | None = Field(None, description="Template (内容模板) of the text: sent to nobody twice.")
    material: Text | None = Field(None, description="Material (资料) that is sent: to nobody twice.")


class ReasonView(BaseModel):
    """Why not."""

    code: str = Field(
        description="consent_withdrawn, consent_missing, open_complaint, frequency_cap, already_sent, erased,"
        " not_resolved (原因码)."
    )
    text: str = Field(description="The reason in words (原因).")


class SuppressionAnswer(BaseModel):
    """Whether the contact is allowed now."""

    allowed: bool = Field(description="Whether the customer may be contacted (可否联系).")
    reasons: list[ReasonView] = Field(description="All that stands against it; empty when allowed (原因).")
    golden_id: UUID | None = Field(description="The golden customer judged (黄金客户号); null while not resolved.")
    rules_version: str = Field(description="Version of the suppression rules (规则版本).")


@router.post("/suppression-check")
async def check_suppression(
    body: SuppressionQuestion, request: Request, principal: Asker, connection: ConnectionDep, clock: ClockDep
) -> SuppressionAnswer:
    """May we contact this customer on this channel for this purpose now, and why not. Asks, and changes nothing.

    Judged by what all services know of the golden customer, not only by the record named. A record that is not resolved
    yet may only be contacted for purposes that need no consent.
    """
    golden_id = body.customer.golden_id or await _golden_id_of(connection, body.customer)
    if golden_id is None:
        return _answer_unresolved(body.purpose)
    try:
        found = await find(connection, golden_id, principal)
    except Problem as problem:
        if problem.status != 410:
            raise
        return _answer([Reason("erased", "The customer was erased (客户已删除).")], golden_id)
    await log_access(connection, principal, "customer.suppression", [found.golden_id], request)
    now = clock.now()
    known = await known_of(connection, found, now)
    planned = Planned(body.purpose, body.channel, Sending(body.campaign, body.template, body.material))
    return _answer(reasons_against(suppression_rules(), planned, known, now), found.golden_id)


async def _golden_id_of(connection: Connection, customer: WhoToContact) -> UUID | None:
    row = await connection.fetchrow(_GOLDEN_ID, customer.source, customer.record_id)
    if row is None:
        raise no_such_customer()
    golden_id: UUID | None = row["golden_id"]
    return golden_id


def _answer_unresolved(purpose: str) -> SuppressionAnswer:
    if suppression_rules().of(purpose).consent == "none":
        return _answer([], None)
    return _answer([Reason("not_resolved", "The record is not resolved yet; ask again (记录尚未归并).")], None)


def _answer(reasons: list[Reason], golden_id: UUID | None) -> SuppressionAnswer:
    return SuppressionAnswer(
        allowed=not reasons,
        reasons=[ReasonView(code=reason.code, text=reason.text) for reason in reasons],
        golden_id=golden_id,
        rules_version=suppression_rules().version,
    )
