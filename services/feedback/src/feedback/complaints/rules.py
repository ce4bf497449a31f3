"""The rules of the complaint procedure (投诉处理规定), read from `rules.yaml` and checked when the service starts."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

from isthmus.calendars import WorkingCalendar, days_of_china
from isthmus.contracts.fields import Code

Severity = Literal["low", "normal", "serious", "critical"]


class Term(BaseModel):
    """Working minutes of one severity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accept: int = Field(ge=1)
    answer: int = Field(ge=1)
    resolve: int = Field(ge=1)
    again: int = Field(ge=1)


class Words(BaseModel):
    """What a code means, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(description="In Chinese (中文).")
    en: str = Field(description="In English (英文).")


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: dict[str, list[str]]
    terms: dict[str, Term]
    highest_level: int = Field(ge=1, le=9)
    causes: dict[Code, Words]
    remedies: dict[Code, Words]


@dataclass(frozen=True)
class Rules:
    """Terms by severity, the calendar they count in, and the codes of causes and remedies."""

    calendar: WorkingCalendar
    terms: dict[str, Term]
    highest_level: int
    causes: dict[str, Words]
    remedies: dict[str, Words]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From YAML; raises ValueError for a calendar that makes no sense or other severities than there are."""
        declared = _Declared.model_validate(yaml.safe_load(text))
        if set(declared.terms) != set(get_args(Severity)):
            raise ValueError(f"there must be terms for each of {', '.join(get_args(Severity))}, and for nothing else")
        calendar = WorkingCalendar.of(declared.calendar, days=days_of_china())
        return cls(calendar, declared.terms, declared.highest_level, declared.causes, declared.remedies)


RULES = Rules.parse(files("feedback.complaints").joinpath("rules.yaml").read_text("utf-8"))
