"""The formulas of key figures (指标公式), read from `kpis.yaml`; a pure function of counts."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from isthmus.contracts.fields import Code

Measure = Literal[
    "responses",
    "ssi_points",
    "ssi_responses",
    "csi_points",
    "csi_responses",
    "nps_balance",
    "nps_responses",
    "promoters",
    "complaints",
    "survey_complaints",
    "settled",
    "settled_on_time",
    "reopened",
    "retention_base",
    "retained",
    "retained_here",
    "referred_leads",
    "referred_orders",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)


class Words(BaseModel):
    """What a figure is called and what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Name (名称).")
    definition: str = Field(description="Definition (定义).")


class Formula(BaseModel):
    """One key figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    numerator: Measure = Field(description="What is counted (分子).")
    denominator: Measure = Field(description="Of what (分母).")
    times: int = Field(1, ge=1, le=1000, description="What the ratio is multiplied by (倍数).")
    zh: Words = Field(description="In Chinese (中文).")
    en: Words = Field(description="In English (英文).")

    def value(self, counts: Mapping[str, int]) -> int | None:
        """The figure, rounded down to an integer; None where there is nothing to divide by."""
        whole = counts[self.denominator]
        return counts[self.numerator] * self.times // whole if whole else None


class Formulas(BaseModel):
    """All of them, by code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kpis: dict[Code, Formula] = Field(description="Key figures (指标).")
    retention_days: int = Field(
        365, ge=1, le=3_650, description="Within how many days a vehicle comes again (保持期限)."
    )

    @model_validator(mode="after")
    def _not_of_itself(self) -> Self:
        for code, formula in self.kpis.items():
            if formula.numerator == formula.denominator:
                raise ValueError(f"{code} divides a count by itself")
        return self


FORMULAS = Formulas.model_validate(yaml.safe_load(files("feedback.kpis").joinpath("kpis.yaml").read_text("utf-8")))
