"""Intake (来电受理): who may this be? Known, several, maybe or unknown; it proposes, and never guesses.

customer-master is asked with a bounded wait. When it does not answer, the answer says so and tells what is known here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends
from pydantic import Field, model_validator
from sqlalchemy import or_, select

from call_center.access import Writing
from call_center.callers import CallerAddress, comparable, kind_of
from call_center.cases import Case
from call_center.cases.case import UNSETTLED
from call_center.interactions.interaction import Channel
from isthmus.contracts.fields import OrgUnit, RecordId, Text
from isthmus.http import ApiModel, ContextDep, ShortText, service_router
from isthmus.parties import Party, Work
from isthmus.platform_client import Unanswered, ask

router = service_router(prefix="/v1/call-center/intake", tags=["intake"])

Certainty = Literal["known", "several", "maybe", "unknown", "withheld", "not_asked"]
Proposal = Literal["open_case", "new_interaction", "choose", "confirm", "ask"]

CERTAIN = frozenset({"phone", "email", "vin", "plate", "identifier", "wechat"})
"""Kinds of matches that name a customer; a name, or the tail of a number, only hints at one."""
MOST_CANDIDATES = 10
MOST_OPEN_CASES = 20


class IntakeQuery(ApiModel):
    """What the customer has shown or said: an address, a plate, a VIN, a name."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that is in contact.")
    channel: Channel = Field("phone", description="Channel (渠道).")
    address: Text | None = Field(None, description="Number or address at the customer's end (对方号码/地址).")
    plate: ShortText | None = Field(None, description="Number plate (车牌号).")
    vin: ShortText | None = Field(None, description="Vehicle identification number (车架号), or its end.")
    name: ShortText | None = Field(None, description="Name (姓名).")


class CandidateVehicle(ApiModel):
    """A vehicle of somebody who may be calling (客户车辆)."""

    plate: str | None = Field(description="Number plate (车牌号).")
    vin_end: str | None = Field(description="Last six characters of the VIN (车架号后六位).")
    role: str | None = Field(description="Owner, driver … (角色).")


class Candidate(ApiModel):
    """A customer it may be (候选客户), with what tells it from the others."""

    golden_id: UUID = Field(description="Golden customer (黄金客户).")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    party_type: str | None = Field(description="person (个人), organization (单位).")
    vehicles: list[CandidateVehicle] = Field(description="Vehicles (车辆).")
    matched: list[str] = Field(description="What matched (匹配依据): phone, plate, name …")
    is_certain: bool = Field(description="Whether what matched names the customer, not only hints at it (确定匹配).")


class OpenCase(ApiModel):
    """A case that is not settled (未结工单), to be gone on with instead of opening another."""

    id: UUID = Field(description="Case (工单号).")
    number: str | None = Field(description="Number told to the customer (工单编号).")
    kind: str = Field(description="Kind (工单类型).")
    status: str = Field(description="State (工单状态).")
    subject: str = Field(description="Subject (主题).")
    opened_at: datetime = Field(description="Opened (建单时间).")


class Intake(ApiModel):
    """What is known of who is in contact (来电识别)."""

    match: Certainty = Field(
        description="known: one customer; several: choose; maybe: only hints; unknown; withheld: nothing to go by; "
        "not_asked: customer-master could not be asked (识别结果)."
    )
    proposal: Proposal = Field(description="What to open (建议操作): the open case, a new interaction, a chooser …")
    reason: str = Field(description="Why, in words (英文说明).")
    reason_zh: str = Field(description="Why, in Chinese words (中文说明).")
    candidates: list[Candidate] = Field(description="Whom it may be (候选客户), best first.")
    record_id: RecordId | None = Field(description="Customer record that stands for the address here (客户记录号).")
    open_cases: list[OpenCase] = Field(description="Unsettled cases of whom it may be (未结工单), newest first.")
    unanswered: str | None = Field(description="Why customer-master did not answer (未应答原因); null when it did.")

    @model_validator(mode="after")
    def _never_guesses(self) -> "Intake":
        if self.match == "known" and sum(candidate.is_certain for candidate in self.candidates) != 1:
            raise ValueError("known means that one customer is certain")
        return self


def certainty(found: Sequence[Candidate], *, is_withheld: bool) -> Certainty:
    """How sure it is who it is, from the candidates of an answered search."""
    certain = sum(candidate.is_certain for candidate in found)
    if certain:
        return "known" if certain == 1 else "several"
    if found:
        return "maybe"
    return "withheld" if is_withheld else "unknown"


_PROPOSALS: dict[Certainty, tuple[Proposal, str, str]] = {
    "known": ("new_interaction", "One customer, nothing open.", "唯一匹配，无未结工单。"),
    "several": ("choose", "Several customers share this; choose one.", "多位客户匹配，请选择。"),
    "maybe": ("confirm", "Only a hint; confirm or reject.", "仅为疑似，请确认或否认。"),
    "unknown": (
        "ask",
        "Nobody known; ask for the name, or attach to a customer.",
        "未知来电，请询问姓名或关联已有客户。",
    ),
    "withheld": ("ask", "Nothing to go by; search by plate, VIN or name.", "号码隐藏，请按车牌、车架号或姓名查询。"),
    "not_asked": ("ask", "customer-master was not asked; ask the customer.", "客户主数据未应答，请询问客户。"),
}
_OPEN_CASE = ("There is an open case; go on with it.", "有未结工单，请继续处理。")


async def _search(context: ContextDep, query: IntakeQuery, work: Writing) -> tuple[list[Candidate], str | None]:
    """Candidates of customer-master, or why there are none: it does not answer, or the caller may not see all."""
    asked = _asked_for(query)
    if not asked:
        return [], None
    if not work.caller.all_org_units:
        return [], "not_for_this_org_unit"
    params = {**asked, "limit": str(MOST_CANDIDATES)}
    answer = await ask(context, "GET", "/v1/customers", params=params, purpose="service")
    if isinstance(answer, Unanswered):
        return [], answer.reason
    if answer.status != 200:
        return [], "refused"
    return [_candidate(item) for item in answer.body["items"]], None


Searched = Annotated[tuple[list[Candidate], str | None], Depends(_search)]


@router.post("")
async def identify(query: IntakeQuery, searched: Searched, work: Writing) -> Intake:
    """Find out who may be in contact (来电识别), and what to open: an open case goes before a new one."""
    work.require_org_unit(query.org_unit)
    found, unanswered = searched
    is_withheld = not _asked_for(query)
    match: Certainty = "not_asked" if unanswered is not None else certainty(found, is_withheld=is_withheld)
    record_id = await _record_here(work, query)
    open_cases = await _open_cases(work, [candidate.golden_id for candidate in found], record_id)
    proposal, reason, reason_zh = _PROPOSALS[match]
    if open_cases and match in {"known", "not_asked"}:
        proposal, (reason, reason_zh) = "open_case", _OPEN_CASE
    await work.log_read("intake", [*(candidate.golden_id for candidate in found), *([record_id] if record_id else [])])
    return Intake(
        match=match,
        proposal=proposal,
        reason=reason,
        reason_zh=reason_zh,
        candidates=found,
        record_id=record_id,
        open_cases=[OpenCase.model_validate(case) for case in open_cases],
        unanswered=unanswered,
    )


def _asked_for(query: IntakeQuery) -> dict[str, str]:
    """What customer-master is asked for; an address that names nobody is left out."""
    told = {"plate": query.plate, "vin": query.vin, "name": query.name}
    if query.address is not None and comparable(kind_of(query.channel, query.address), query.address):
        kind = kind_of(query.channel, query.address)
        told["q" if kind == "wechat" else kind] = query.address
    return {name: value[:200] for name, value in told.items() if value}


def _candidate(found: dict[str, Any]) -> Candidate:
    matched = [match["kind"] for match in found["matched"]]
    vehicles = [entry["value"] for entry in found["values"].get("vehicles", [])]
    return Candidate(
        golden_id=found["golden_id"],
        display_name=found["display_name"],
        party_type=found["party_type"],
        vehicles=[
            CandidateVehicle(plate=one.get("plate"), vin_end=(one.get("vin") or "")[-6:] or None, role=one.get("role"))
            for one in vehicles
        ],
        matched=matched,
        is_certain=not CERTAIN.isdisjoint(matched),
    )


async def _record_here(work: Work, query: IntakeQuery) -> str | None:
    if query.address is None:
        return None
    kind = kind_of(query.channel, query.address)
    key = (query.org_unit, kind, comparable(kind, query.address))
    known = await work.session.get(CallerAddress, key)
    return known.record_id if known else None


async def _open_cases(work: Work, golden_ids: Sequence[UUID], record_id: str | None) -> Sequence[Case]:
    statement = select(Case).join(Case.party).where(Case.status.in_(UNSETTLED))
    theirs = or_(Party.golden_id.in_(golden_ids), Case.record_id == record_id)
    if not work.caller.all_org_units:
        statement = statement.where(Case.org_unit.in_(work.caller.org_units))
    newest = statement.where(theirs).order_by(Case.opened_at.desc(), Case.id.desc()).limit(MOST_OPEN_CASES)
    return (await work.session.scalars(newest)).all()
