"""Takes the events of the telephone system in, keeps the calls they tell of, and shows those that are on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Reading, Writing
from call_center.cti.call import MOST_EVENTS, Call, CallEvent, Phase, in_order, reduce
from call_center.cti.deliveries import Delivered
from call_center.interactions import Interaction, interactions, record
from call_center.interactions.interaction import Direction, NewInteraction
from isthmus.contracts.call_center import InteractionChanged
from isthmus.contracts.fields import OrgUnit
from isthmus.db import Base
from isthmus.http import ApiModel, Conflict, ShortText, Text, service_router
from isthmus.parties import JsonModel, Work

router = service_router(prefix="/v1/call-center/cti", tags=["cti"])
MOST_CALLS_SHOWN = 200


class CallRow(Base):
    """Table of calls, each with all events told of it."""

    __tablename__ = "calls"
    business_facts = frozenset({"call_id", "direction", "extension", "org_unit", "phase"})

    org_unit: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(primary_key=True)
    interaction_id: Mapped[UUID] = mapped_column(index=True)
    direction: Mapped[str]
    phase: Mapped[str]
    extension: Mapped[str | None]
    started_at: Mapped[datetime]
    events: Mapped[list[CallEvent]] = mapped_column(JsonModel(list[CallEvent]))


class ToldCallEvent(CallEvent):
    """An event of a call (通话事件), as the telephone system tells it; in any order, any number of times."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) whose telephone system it is.")
    call_id: ShortText = Field(description="The telephone system's number of the call (通话号).")
    direction: Direction = Field(description="Who began (呼入/呼出).")
    number: Text | None = Field(None, description="The customer's number (对方号码); null when withheld.")


class CallView(ApiModel):
    """A call (通话)."""

    call_id: str = Field(description="The telephone system's number of the call (通话号).")
    org_unit: OrgUnit = Field(description="Org unit (组织单元).")
    interaction_id: UUID = Field(description="Interaction it is recorded as (互动号).")
    direction: Direction = Field(description="Who began (呼入/呼出).")
    phase: Phase = Field(description="Where it stands (通话状态): ringing, talking, held, ended.")
    extension: str | None = Field(description="Extension it rings or is spoken at (分机).")
    agent: str | None = Field(description="Agent (坐席).")
    started_at: datetime = Field(description="Began (开始时间).")
    answered_at: datetime | None = Field(description="Answered (接听时间).")
    ended_at: datetime | None = Field(description="Ended (结束时间).")
    outcome: str | None = Field(description="How it ended (通话结果); null while it lasts.")
    recording_url: str | None = Field(description="Where the recording is (录音地址).")


class CallFilter(ApiModel):
    """Which of the calls that are on to show."""

    extension: ShortText | None = Field(None, description="Only at this extension (分机): its agent's screen.")
    org_unit: OrgUnit | None = Field(None, description="Only of this org unit (组织单元).")


@router.post("/events")
async def take_call_event(body: ToldCallEvent, _: Delivered, work: Writing) -> CallView:
    """Take in what the telephone system tells of a call (通话事件); the call is recorded as an interaction.

    Signed as Standard Webhooks has it. What comes late is put in its place, what comes again changes nothing.
    """
    work.require_org_unit(body.org_unit)
    lock = func.hashtextextended(f"call:{body.org_unit}:{body.call_id}", 0)
    await work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    row = await work.session.get(CallRow, (body.org_unit, body.call_id))
    event = CallEvent.model_validate(body.model_dump(include=set(CallEvent.model_fields)))
    if row is None:
        row = await _begin(work, body, event)
    elif event not in row.events:
        await _go_on(work, row, event)
    await work.log_read("calls", [row.interaction_id])
    return _view(row)


@router.get("/calls")
async def list_calls(query: Annotated[CallFilter, Query()], work: Reading) -> list[CallView]:
    """Show the calls that are on (当前通话), the latest first: what rings at an extension pops up there (来电弹屏)."""
    statement = select(CallRow).where(CallRow.phase != "ended")
    if not work.caller.all_org_units:
        statement = statement.where(CallRow.org_unit.in_(work.caller.org_units))
    if query.extension is not None:
        statement = statement.where(CallRow.extension == query.extension)
    if query.org_unit is not None:
        statement = statement.where(CallRow.org_unit == query.org_unit)
    latest = statement.order_by(CallRow.started_at.desc(), CallRow.call_id).limit(MOST_CALLS_SHOWN)
    rows: Sequence[CallRow] = (await work.session.scalars(latest)).all()
    await work.log_read("calls", [row.interaction_id for row in rows])
    return [_view(row) for row in rows if row.events]


async def _begin(work: Work, told: ToldCallEvent, event: CallEvent) -> CallRow:
    call = reduce([event])
    interaction = NewInteraction(
        org_unit=told.org_unit,
        channel="phone",
        direction=told.direction,
        address=told.number or "withheld",
        at=call.started_at,
        agent=call.agent,
        duration_seconds=call.talk_seconds,
    )
    recorded = await record(work, interaction, call_outcome=call.outcome)
    row = CallRow(
        org_unit=told.org_unit,
        call_id=told.call_id,
        interaction_id=recorded.id,
        direction=told.direction,
        phase=call.phase,
        extension=call.extension,
        started_at=call.started_at,
        events=[event],
    )
    work.session.add(row)
    return row


async def _go_on(work: Work, row: CallRow, event: CallEvent) -> None:
    if len(row.events) >= MOST_EVENTS:
        raise Conflict("too_many_events", f"A call has at most {MOST_EVENTS} events.")
    row.events = in_order([*row.events, event])
    call = reduce(row.events)
    row.phase, row.extension, row.started_at = call.phase, call.extension, call.started_at
    told = {
        "at": call.started_at,
        "agent": call.agent,
        "duration_seconds": call.talk_seconds,
        "call_outcome": call.outcome,
    }
    interaction = await work.session.get(Interaction, row.interaction_id, with_for_update=True)
    changed = {name: value for name, value in told.items() if value not in (None, getattr(interaction, name))}
    if changed:
        await interactions.act(work, row.interaction_id, None, InteractionChanged, by=work.caller.subject, **changed)


def _view(row: CallRow) -> CallView:
    call: Call = reduce(row.events)
    return CallView(
        call_id=row.call_id,
        org_unit=row.org_unit,
        interaction_id=row.interaction_id,
        direction="inbound" if row.direction == "inbound" else "outbound",
        phase=call.phase,
        extension=call.extension,
        agent=call.agent,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        outcome=call.outcome,
        recording_url=call.recording_url,
    )
