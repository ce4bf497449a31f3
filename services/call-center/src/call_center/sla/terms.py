"""The terms of service levels, read from `terms.yaml` and checked when the service starts."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

from isthmus.calendars import WorkingCalendar, days_of_china

ANY_KIND = "any"
DAY_AND_NIGHT = "day_and_night"

Minutes = int


class Term(BaseModel):
    """Working minutes until each is due."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_response: Minutes = Field(ge=1)
    next_response: Minutes = Field(ge=1)
    resolution: Minutes = Field(ge=1)


class _TermsOfKind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: str
    urgent: Term
    high: Term
    normal: Term
    low: Term


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calendars: dict[str, dict[str, list[str]]]
    kinds: dict[str, _TermsOfKind]


Priority = Literal["low", "normal", "high", "urgent"]


@dataclass(frozen=True)
class Terms:
    """Which term a case has, and in which calendar it counts."""

    declared: _Declared
    calendars: dict[str, WorkingCalendar]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From YAML; raises ValueError for a calendar that makes no sense or that nobody has declared."""
        declared = _Declared.model_validate(yaml.safe_load(text))
        if ANY_KIND not in declared.kinds:
            raise ValueError(f"the kind {ANY_KIND!r} must be declared")
        calendars = {name: _calendar(name, week) for name, week in declared.calendars.items()}
        unknown = {kind.calendar for kind in declared.kinds.values()} - calendars.keys()
        if unknown:
            raise ValueError(f"no such calendar: {', '.join(sorted(unknown))}")
        return cls(declared, calendars)

    def of(self, kind: str, priority: str) -> tuple[WorkingCalendar, Term]:
        """The calendar and the terms of a case of this kind and priority."""
        declared = self.declared.kinds.get(kind) or self.declared.kinds[ANY_KIND]
        term: Term = getattr(declared, priority)
        return self.calendars[declared.calendar], term


def _calendar(name: str, week: dict[str, list[str]]) -> WorkingCalendar:
    """A calendar of offices rests on the public holidays; one of day and night does not."""
    return WorkingCalendar.always() if name == DAY_AND_NIGHT else WorkingCalendar.of(week, days=days_of_china())


TERMS = Terms.parse(files("call_center.sla").joinpath("terms.yaml").read_text("utf-8"))
