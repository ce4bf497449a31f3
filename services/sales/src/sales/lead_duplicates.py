"""Whom the customer of a new lead may be (查重): customer-master is asked, and that it does not answer is told."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel
from isthmus.parties import KnownCustomer, NewDocument, Party, Work
from isthmus.platform_client import Unanswered, ask


class Duplicate(ApiModel):
    """A customer of the caller's org units that the new one may be (疑似重复客户)."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    outcome: str = Field(description="link: is the same by all that is known; possible: a person should look (判定).")
    record_ids: list[RecordId] = Field(description="Records of it here (客户记录号); take one of them instead.")


class DuplicateCheck(ApiModel):
    """What the check has found (查重结果)."""

    status: Literal["found", "not_checked"] = Field(description="found, or not_checked: nobody answered (状态).")
    reason: str | None = Field(None, description="Why it was not checked (未查原因).")
    candidates: list[Duplicate] = Field(default_factory=list, description="Whom it may be, best first (候选).")


async def find_duplicates(work: Work, body: NewDocument) -> DuplicateCheck | None:
    """Compare a customer given inline with all there are; None when there is nothing to tell.

    Only customers of whom the caller has a record are named: who is a customer elsewhere is nobody's business.
    """
    if isinstance(body.customer, KnownCustomer):
        return None
    party = body.customer.model_dump(mode="json", exclude_unset=True)
    answer = await ask(work.context, "POST", "/v1/customers/match", body=party, purpose="duplicate check of a lead")
    if isinstance(answer, Unanswered):
        return DuplicateCheck(status="not_checked", reason=answer.reason)
    if answer.status != 200:
        return DuplicateCheck(status="not_checked", reason=f"answered_{answer.status}")
    outcomes = {UUID(found["golden_id"]): str(found["outcome"]) for found in answer.body["items"]}
    own = select(Party.golden_id, Party.record_id).where(Party.golden_id.in_(outcomes))
    if not work.caller.all_org_units:
        own = own.where(Party.org_unit.in_(work.caller.org_units))
    records: dict[UUID | None, list[str]] = {}
    for golden_id, record_id in await work.session.execute(own.order_by(Party.record_id)):
        records.setdefault(golden_id, []).append(record_id)
    candidates = [
        Duplicate(golden_id=golden_id, outcome=outcome, record_ids=records[golden_id][:20])
        for golden_id, outcome in outcomes.items()
        if golden_id in records
    ]
    return DuplicateCheck(status="found", candidates=candidates) if candidates else None
