"""The declared rules of the profile, as `rules.yaml` beside this module has them."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from customer_master.documents import Document

Days = Annotated[int, Field(ge=1, le=36_600)]
Points = Annotated[int, Field(ge=0, le=1_000_000)]
SegmentName = Literal["private", "organization", "taxi"]
GradeName = Literal["gold", "a", "b", "c"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SegmentRule(_Declared):
    """Who belongs to a segment: one of the conditions is enough, none at all fits everybody."""

    name: SegmentName
    party_type: str | None = None
    name_words: list[str] = []
    attributes: dict[str, list[str]] = {}


class Kind(_Declared):
    """Documents of one kind, as far as their state says what is meant."""

    service: str
    fact: str
    status: frozenset[str] | None = None
    except_: frozenset[str] = Field(frozenset(), alias="except")

    def fits(self, document: Document) -> bool:
        """Whether the document is one of these."""
        return (
            (document.service, document.fact) == (self.service, self.fact)
            and (self.status is None or document.status in self.status)
            and document.status not in self.except_
        )


class OpenKind(_Declared):
    """A kind of document that is open until it is closed."""

    service: str
    fact: str
    closed: frozenset[str] = frozenset()
    due: str | None = None
    lapses: bool = False
    needs: str | None = None
    broken: frozenset[str] = frozenset()
    forgotten_days: Days | None = None


class PerPiece(_Declared):
    """Points a piece, and at most so many."""

    points: Points
    most: Points


class PerAmount(PerPiece):
    """Points for each full `per_minor` of an amount in one currency."""

    per_minor: Annotated[int, Field(ge=1)]
    currency: str


class Band(_Declared):
    """Points for an activity in the last so many days."""

    days: Days
    points: Points


class Grade(_Declared):
    """A grade and the points it takes."""

    name: GradeName
    from_: Points = Field(alias="from")


class GradeRules(_Declared):
    """The formula of the value grade."""

    purchase: PerPiece
    repair_spend: PerAmount
    recency: list[Band]
    grades: list[Grade]


class ProfileRules(_Declared):
    """All rules of the profile."""

    version: str
    segments: list[SegmentRule]
    purchases: list[Kind]
    interests: list[Kind]
    visits: list[Kind]
    upkeep: frozenset[str]
    interest_days: Days
    lost_after_days: Days
    fresh_days: Days
    trade_in_after_days: Days
    grade: GradeRules
    broken_days: Days
    open_items: list[OpenKind]
    services: list[str]
    silent_after_hours: Annotated[int, Field(ge=1, le=8_784)]


@cache
def profile_rules() -> ProfileRules:
    """The shipped rules, read once."""
    text = files("customer_master.profile").joinpath("rules.yaml").read_text("utf-8")
    return ProfileRules.model_validate(yaml.safe_load(text))
