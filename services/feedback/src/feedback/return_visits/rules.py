"""The rules of return visits (回访规则), read from `rules.yaml`; whom they choose and when is reckoned here. Pure."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Literal
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from isthmus.calendars import CHINA
from isthmus.contracts.fields import Code

VisitEvent = Literal["vehicle_delivered", "repair_order_closed"]


class VisitRule(BaseModel):
    """One rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: VisitEvent = Field(description="What the visit follows (触发事件).")
    days: int = Field(ge=0, le=3_660, description="How many days later (间隔天数).")
    percent: int = Field(ge=0, le=100, description="Share of the customers that is visited (抽样比例).")
    every_days: int = Field(ge=0, le=3_660, description="One visit of a customer in so many days (回访间隔).")
    attempts: int = Field(ge=1, le=20, description="How often it is tried (拨打次数).")
    again_hours: int = Field(ge=1, le=720, description="Hours until it is tried again (重拨间隔).")
    give_up_days: int = Field(ge=1, le=365, description="Given up so many days after it was planned for (放弃天数).")
    survey: Code = Field(description="Code of the questionnaire that is asked (问卷代码).")


class VisitRules(BaseModel):
    """All rules, by code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hour: Annotated[time, PlainSerializer(lambda hour: f"{hour:%H:%M}", return_type=str)] = Field(
        description="Hour at which visits fall due, Beijing time (回访时刻)."
    )
    check_again_minutes: int = Field(
        ge=1, le=1_440, description="Minutes until it is asked again whether a customer may be called (复查间隔)."
    )
    rules: Mapping[Code, VisitRule] = Field(description="Rules by code (回访规则).")

    def of(self, event: VisitEvent) -> list[tuple[str, VisitRule]]:
        """The rules that follow an event."""
        return [(code, rule) for code, rule in self.rules.items() if rule.event == event]

    def due_at(self, rule: VisitRule, occurred_at: datetime) -> datetime:
        """When a visit after an event of this time falls due: so many days later, at the hour of calling."""
        day = occurred_at.astimezone(CHINA).date() + timedelta(days=rule.days)
        due = datetime.combine(day, self.hour, CHINA)
        return due if due > occurred_at else due + timedelta(days=1)


def is_chosen(code: str, rule: VisitRule, about: UUID) -> bool:
    """Whether a document is in the sample of a rule: the same one always is, and a larger sample holds a smaller."""
    digest = sha256(f"{code}/{about}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < rule.percent


RULES = VisitRules.model_validate(
    yaml.safe_load(files("feedback.return_visits").joinpath("rules.yaml").read_text("utf-8"))
)
