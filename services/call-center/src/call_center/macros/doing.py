"""What each action of a macro does, by the same functions as when it is called for itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from call_center.callbacks import NewCallback, create_callback
from call_center.callers import Kind as AddressKind
from call_center.callers import kind_of
from call_center.cases import Case, NewCase, cases, contact_was_made
from call_center.cases.case import CaseClosing, CaseResolution, told_number
from call_center.cases.routes import close_case, create_case, resolve_case
from call_center.cases.tasks import NewTask, add_case_task
from call_center.interactions import Interaction, interactions
from call_center.interactions.interaction import WrapUp
from call_center.interactions.routes import complete_interaction
from call_center.macros.declared import (
    Action,
    AddTask,
    CloseCase,
    MacroInput,
    OpenCase,
    PlanCallback,
    ResolveCase,
    SendMessage,
    WrapUpInteraction,
)
from call_center.sla.terms import TERMS
from isthmus.calendars import local_time
from isthmus.contracts.call_center import InteractionChanged
from isthmus.http import ApiModel, Conflict
from isthmus.notifications import notify
from isthmus.notifications.texts import texts_of
from isthmus.parties import KnownCustomer, Work

Kind = Literal["interaction", "case", "case_task", "callback", "notification"]
Done = tuple[Kind, UUID]

_MESSAGE_CHANNELS: dict[AddressKind, Literal["sms", "email", "wechat"]] = {
    "phone": "sms",
    "email": "email",
    "wechat": "wechat",
}


class MadeByMacro(ApiModel):
    """What an action of a macro has made or changed (动作结果)."""

    action: str = Field(description="Action (动作).")
    kind: Kind = Field(description="Kind (类型): interaction, case, case_task, callback, notification.")
    id: UUID = Field(description="Its number (单据号).")


@dataclass
class Run:
    """A macro at work on an interaction, which is locked."""

    work: Work
    interaction: Interaction
    given: MacroInput
    callback_at: datetime | None = None

    @property
    def customer(self) -> KnownCustomer:
        """With whom the interaction was."""
        return KnownCustomer(record_id=self.interaction.record_id)

    async def case(self) -> Case:
        """The case of the interaction, locked; a 409 problem when there is none."""
        if self.interaction.case_id is None:
            raise Conflict("no_case", "The interaction belongs to no case.")
        return await cases.find(self.work, self.interaction.case_id, lock=True)


async def do(run: Run, action: Action) -> MadeByMacro:
    """Take an action; raises the problem of what it does."""
    kind, made_id = await _DOING[type(action)](run, action)
    return MadeByMacro(action=action.do, kind=kind, id=made_id)


async def _open_case(run: Run, action: OpenCase) -> Done:
    work, interaction = run.work, run.interaction
    if interaction.case_id is not None:
        raise Conflict("belongs_to_case", "The interaction belongs to a case already.")
    body = NewCase(
        org_unit=interaction.org_unit,
        customer=run.customer,
        kind=action.kind,
        priority=action.priority,
        subject=run.given.subject or action.subject,
        description=run.given.note,
        channel=interaction.channel,
        vehicle=run.given.vehicle,
    )
    case, by = await create_case(body, work), work.caller.subject
    values: dict[str, Any] = {"case_id": case.id}
    await interactions.act(work, interaction.id, None, InteractionChanged, by=by, **values)
    direction, channel = interaction.direction, interaction.channel
    await contact_was_made(work, case.id, direction=direction, channel=channel, at=interaction.at, by=by)
    return "case", case.id


async def _add_task(run: Run, action: AddTask) -> Done:
    case = await run.case()
    body = NewTask.model_validate(
        {
            "org_unit": action.org_unit or run.given.org_unit,
            "department": action.department,
            "subject": action.subject,
            "description": run.given.note,
            "due_at": case.due_at,
        }
    )
    return "case_task", (await add_case_task(case.id, body, run.work)).id


async def _plan_callback(run: Run, action: PlanCallback) -> Done:
    work, interaction = run.work, run.interaction
    office = TERMS.calendars["office"]
    run.callback_at = run.given.callback_at or office.add(work.clock.now(), action.after_minutes or 0)
    body = NewCallback(
        org_unit=interaction.org_unit,
        customer=run.customer,
        callback_at=run.callback_at,
        address=interaction.address if interaction.channel == "phone" and interaction.address_key else None,
        assignee=interaction.agent,
        subject=run.given.subject or action.subject,
        case_id=interaction.case_id,
    )
    return "callback", (await create_callback(body, work)).id


async def _send_message(run: Run, action: SendMessage) -> Done:
    """To where the customer wrote or rang from; where that names nobody, to what the customer's record has."""
    work, interaction = run.work, run.interaction
    told: dict[str, str] = {}
    if interaction.case_id is not None:
        told["case"] = told_number(await run.case())
    if run.callback_at is not None:
        told["time"] = local_time(run.callback_at)
    placeholders = texts_of(work.context.service.package)[action.template]["zh"].placeholders()
    notification_id = await notify(
        work,
        org_unit=interaction.org_unit,
        customer=interaction.customer,
        channel=_MESSAGE_CHANNELS[kind_of(interaction.channel, interaction.address or "")],
        purpose="service",
        template=action.template,
        values={name: told[name] for name in placeholders},
        recipient=interaction.address if interaction.channel != "fax" and interaction.address_key else None,
    )
    return "notification", notification_id


async def _resolve_case(run: Run, _action: ResolveCase) -> Done:
    case = await run.case()
    return "case", (await resolve_case(case.id, CaseResolution(resolution=run.given.note or ""), run.work)).id


async def _close_case(run: Run, action: CloseCase) -> Done:
    case = await run.case()
    return "case", (await close_case(case.id, CaseClosing(close_code=action.close_code), run.work)).id


async def _wrap_up(run: Run, action: WrapUpInteraction) -> Done:
    noted = {"reason": action.reason, "reason_detail": action.reason_detail, "result": run.given.note or action.result}
    body = WrapUp.model_validate({name: value for name, value in noted.items() if value is not None})
    return "interaction", (await complete_interaction(run.interaction.id, body, run.work)).id


_DOING: dict[type[Action], Callable[[Run, Any], Awaitable[Done]]] = {
    OpenCase: _open_case,
    AddTask: _add_task,
    PlanCallback: _plan_callback,
    SendMessage: _send_message,
    ResolveCase: _resolve_case,
    CloseCase: _close_case,
    WrapUpInteraction: _wrap_up,
}
