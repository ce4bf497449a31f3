"""The score of a lead (线索评分): points for what is known of it, each with its reason; pure of all but the facts."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from sales.declared import Declared, read_rules

Known = Literal["phone", "email", "vehicle", "budget", "trade_in", "test_drive", "owned_vehicle"]


class Condition(Declared):
    """When a rule gives its points: exactly one of these."""

    known: Known | None = None
    """This is known of the lead."""
    within_days: int | None = Field(None, ge=1)
    """The expected purchase is at most so many days ahead; one that is past counts as due now."""
    channel: frozenset[str] | None = None
    """The lead came by one of these channels."""

    @model_validator(mode="after")
    def _check(self) -> "Condition":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("a rule has exactly one condition")
        return self


class ScoreRule(Declared):
    """Points for a condition, and the reason in words."""

    reason: str
    points: int = Field(ge=1)
    when: Condition
    en: str
    zh: str


class ScoreRules(Declared):
    """All rules; the sum is cut at `highest`."""

    highest: int
    rules: list[ScoreRule]


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What of a lead counts."""

    known: frozenset[str]
    channel: str | None
    expected_purchase_on: date | None


@dataclass(frozen=True, slots=True)
class Score:
    """The points in all, and the rules that gave them."""

    points: int
    rules: tuple[ScoreRule, ...]


RULES = read_rules(ScoreRules, "lead_scores.yaml")


def score(facts: LeadFacts, today: date, rules: ScoreRules = RULES) -> Score:
    """Add up the points of the rules whose condition holds; more knowledge never scores lower."""
    given = tuple(rule for rule in rules.rules if _holds(rule.when, facts, today))
    return Score(min(sum(rule.points for rule in given), rules.highest), given)


def _holds(condition: Condition, facts: LeadFacts, today: date) -> bool:
    if condition.known is not None:
        return condition.known in facts.known
    if condition.within_days is not None:
        expected = facts.expected_purchase_on
        return expected is not None and (expected - today).days <= condition.within_days
    return facts.channel in (condition.channel or ())
