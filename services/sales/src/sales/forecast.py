"""The sales forecast (销售预测): what is in the pipeline, weighed by stage as `pipeline.yaml` declares; pure sums."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field, model_validator

from sales.declared import Declared, read_rules


class Stage(Declared):
    """A stage of a deal (销售阶段) and how likely it is closed from there."""

    code: str
    permille: int = Field(ge=0, le=1000)
    en: str
    zh: str


class Stages(Declared):
    """All stages, from the first to the last."""

    stages: list[Stage]

    @model_validator(mode="after")
    def _check(self) -> "Stages":
        chances = [stage.permille for stage in self.stages]
        if chances != sorted(chances):
            raise ValueError("a later stage is never less likely to be closed")
        return self


RULES = read_rules(Stages, "pipeline.yaml")


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of one stage, currency and month of closing."""

    stage: str
    currency: str | None
    """None when no amount is known."""
    month: str | None
    """`2026-11`; None when nobody has said when."""
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What some deals come to."""

    count: int
    amount_minor: int
    weighted_minor: int


def weighted(deals: Deals, rules: Stages = RULES) -> int:
    """The amount of the deals, weighed by their stage, rounded down."""
    chance = next(stage.permille for stage in rules.stages if stage.code == deals.stage)
    return deals.amount_minor * chance // 1000


def total(deals: Iterable[Deals], rules: Stages = RULES) -> Sum:
    """The sum of deals in one currency."""
    parts = list(deals)
    return Sum(
        count=sum(part.count for part in parts),
        amount_minor=sum(part.amount_minor for part in parts),
        weighted_minor=sum(weighted(part, rules) for part in parts),
    )
