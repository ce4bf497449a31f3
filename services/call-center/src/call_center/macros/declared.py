"""The macros of `macros.yaml`: which actions each takes, in which order; checked when the service starts."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, ClassVar, Literal

import yaml
from pydantic import Field, TypeAdapter

from call_center.cases.case import CaseKind
from call_center.codes import CODES, check_code, check_wrap_up
from call_center.sla.terms import Priority
from isthmus.contracts.fields import Code, Instant, OrgUnit, Text
from isthmus.http import ApiModel, Unprocessable
from isthmus.notifications.texts import Texts, texts_of
from isthmus.parties import Vehicle

Filled = Literal["note", "subject", "vehicle", "org_unit", "callback_at"]


class MacroInput(ApiModel):
    """What the agent fills in (坐席填写), of what the macro asks for."""

    note: Text | None = Field(None, min_length=1, description="What was said or done (备注).")
    subject: Text | None = Field(None, min_length=1, description="Subject (主题) of the case and the callback.")
    vehicle: Vehicle | None = Field(None, description="Vehicle concerned (相关车辆).")
    org_unit: OrgUnit | None = Field(None, description="Dealer or station that must act (责任单位).")
    callback_at: Instant | None = Field(None, description="When to ring (回电时间).")


class _Action(ApiModel):
    """Something that is done with the interaction."""

    tells: ClassVar[frozenset[str]] = frozenset()
    """Placeholders that a message after it can have."""

    def asks(self) -> Mapping[Filled, bool]:
        """What the agent may fill in for it, and whether that is needed."""
        return {}


class OpenCase(_Action):
    """Open a case (建工单), which the interaction belongs to from then on."""

    tells = frozenset({"case"})

    do: Literal["open_case"] = Field(description="Action (动作).")
    kind: CaseKind = Field(description="Kind of the case (工单类型).")
    priority: Priority = Field(description="Its priority (优先级), which the deadlines follow from.")
    subject: Text = Field(min_length=1, description="Its subject (主题), unless the agent gives one.")

    def asks(self) -> Mapping[Filled, bool]:
        """All that is known of the matter."""
        return {"subject": False, "note": False, "vehicle": False}


class AddTask(_Action):
    """Hand a part of the case to a department or a dealer (派发任务), to be done by when the case is due."""

    tells = frozenset({"case"})

    do: Literal["add_task"] = Field(description="Action (动作).")
    department: Code = Field(description="Department (部门) it goes to.")
    org_unit: OrgUnit | None = Field(
        None, description="Org unit that must do it (责任单位); null: the one the agent names."
    )
    subject: Text = Field(min_length=1, description="What is to be done (任务主题).")

    def asks(self) -> Mapping[Filled, bool]:
        """To whom it goes, where that is not declared."""
        return {"note": False} if self.org_unit else {"note": False, "org_unit": True}


class PlanCallback(_Action):
    """Promise a callback (预约回电)."""

    tells = frozenset({"time"})

    do: Literal["plan_callback"] = Field(description="Action (动作).")
    subject: Text = Field(min_length=1, description="What about (回电事由), unless the agent gives a subject.")
    after_minutes: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="Working minutes of the office from now (工作分钟后), unless the agent names a time; null: "
        "the agent must.",
    )

    def asks(self) -> Mapping[Filled, bool]:
        """When to ring, and what about."""
        return {"callback_at": self.after_minutes is None, "subject": False}


class SendMessage(_Action):
    """Send the customer a message (发送消息) by the way he or she came, if nothing stands against it."""

    do: Literal["send_message"] = Field(description="Action (动作).")
    template: Code = Field(description="Template of its text (模板).")


class ResolveCase(_Action):
    """The case of the interaction is settled (解决), as the agent's note says."""

    tells = frozenset({"case"})

    do: Literal["resolve_case"] = Field(description="Action (动作).")

    def asks(self) -> Mapping[Filled, bool]:
        """How it was settled."""
        return {"note": True}


class CloseCase(_Action):
    """The case of the interaction is closed (结案)."""

    tells = frozenset({"case"})

    do: Literal["close_case"] = Field(description="Action (动作).")
    close_code: Code = Field(description="Close code (结案代码).")


class WrapUpInteraction(_Action):
    """Wrap up the interaction (话后小结)."""

    do: Literal["wrap_up"] = Field(description="Action (动作).")
    reason: Code | None = Field(None, description="Wrap-up code (来电原因); null: it stays as it was noted.")
    reason_detail: Code | None = Field(None, description="Its second level (二级原因).")
    result: Text = Field(min_length=1, description="Outcome (处理结果), unless the agent gives a note.")

    def asks(self) -> Mapping[Filled, bool]:
        """What came of it."""
        return {"note": False}


Action = OpenCase | AddTask | PlanCallback | SendMessage | ResolveCase | CloseCase | WrapUpInteraction


class Macro(ApiModel):
    """A macro (宏)."""

    zh: str = Field(min_length=1, description="Chinese name (中文名称).")
    en: str = Field(min_length=1, description="English name (英文名称).")
    actions: list[Annotated[Action, Field(discriminator="do")]] = Field(
        min_length=1, description="What it does (动作), in this order; all of it or nothing."
    )

    def asks(self) -> Mapping[Filled, bool]:
        """What the agent may fill in, and whether that is needed."""
        asked: dict[Filled, bool] = {}
        for action in self.actions:
            for field, is_needed in action.asks().items():
                asked[field] = asked.get(field, False) or is_needed
        return asked


def parse_macros(text: str, texts: Texts) -> Mapping[str, Macro]:
    """The macros of a YAML text by their codes; raises ValueError that names the macro, the action and what is wrong.

    A macro ends with its one `wrap_up`; its codes are known ones; its templates are among `texts`, and have no more
    placeholders than the actions before can fill.
    """
    macros = TypeAdapter(dict[Code, Macro]).validate_python(yaml.safe_load(text))
    for code, macro in macros.items():
        if [action.do == "wrap_up" for action in macro.actions] != [False] * (len(macro.actions) - 1) + [True]:
            raise ValueError(f"{code} must wrap up the interaction once, as its last action")
        told: frozenset[str] = frozenset()
        for number, action in enumerate(macro.actions, 1):
            if wrong := _wrong_code(action) or _wrong_template(action, texts, told):
                raise ValueError(f"{code}, action {number} ({action.do}): {wrong}")
            told |= action.tells
    return macros


def _wrong_code(action: Action) -> str | None:
    """Which of its codes is unknown, and which there are."""
    try:
        _check_codes(action)
    except Unprocessable as error:
        field = error.errors[0].pointer.removeprefix("/")
        return f"{field} {getattr(action, field)!r} is unknown. {error.detail}"
    return None


def _check_codes(action: Action) -> None:
    match action:
        case AddTask():
            check_code(CODES.departments, action.department, "department")
        case CloseCase():
            check_code(CODES.close, action.close_code, "close_code")
        case WrapUpInteraction():
            check_wrap_up(action.reason, action.reason_detail)


def _wrong_template(action: Action, texts: Texts, told: frozenset[str]) -> str | None:
    """What is wrong with the template of a message, with what the actions before it tell."""
    if not isinstance(action, SendMessage):
        return None
    if action.template not in texts:
        return f"template {action.template!r} is unknown."
    untold = texts[action.template]["zh"].placeholders() - told
    return f"no action before it tells {', '.join(sorted(untold))} of {action.template!r}." if untold else None


MACROS = parse_macros(files("call_center.macros").joinpath("macros.yaml").read_text("utf-8"), texts_of("call_center"))
