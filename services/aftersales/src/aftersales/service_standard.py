"""The service standard (服务标准): limits every station promises, and how a station is assessed (考核); pure functions.

Declared in `service_standard.yaml`, which is checked when the service starts.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_POINTS = 100
BEST_SCORE = 1_000


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Declared):
    """Times no station may exceed."""

    accept_appointment_minutes: int = Field(gt=0, description="Minutes to accept an appointment (预约受理时限).")
    repair_hours_without_promise: int = Field(
        gt=0, description="Hours for a repair without a promised time (无承诺维修时限)."
    )
    rescue_accept_minutes: int = Field(gt=0, description="Minutes of a rescue job until it is accepted (救援受理时限).")
    rescue_depart_minutes: int = Field(
        gt=0, description="Minutes of a rescue job until the crew departs (救援出发时限)."
    )
    rescue_arrive_minutes: int = Field(
        gt=0, description="Minutes of a rescue job until the crew arrives (救援到达时限)."
    )
    door_step_accept_minutes: int = Field(gt=0, description="Door-step minutes until it is accepted (上门受理时限).")
    door_step_depart_minutes: int = Field(gt=0, description="Door-step minutes until the crew departs (上门出发时限).")
    door_step_arrive_minutes: int = Field(gt=0, description="Door-step minutes until the crew arrives (上门到达时限).")


class Criterion(_Declared):
    """One thing a station is assessed by."""

    code: str = Field(description="Name of the criterion in assessments (指标代码).")
    title_en: str = Field(description="Title in English (英文名称).")
    title_zh: str = Field(description="Title in Chinese (中文名称).")
    weight: int = Field(gt=0, description="Weight in the score (权重).")
    measured: bool = Field(
        default=False, description="Whether it is counted from documents, not judged on the spot (是否自动统计)."
    )


class Grade(_Declared):
    """A grade and the score it begins at."""

    grade: str = Field(description="Grade (等级).")
    from_score: int = Field(ge=0, le=BEST_SCORE, description="Lowest score of it (最低分).")


class ServiceStandard(_Declared):
    """The whole file."""

    version: str = Field(description="Version of the standard (版本).")
    limits: Limits = Field(description="Times no station may exceed (时限).")
    criteria: tuple[Criterion, ...] = Field(description="What stations are assessed by (考核指标).")
    grades: tuple[Grade, ...] = Field(description="Grades, best first (等级).")
    failing_grade: str = Field(description="Grade below all others (不合格等级).")

    @model_validator(mode="after")
    def _grades_are_complete(self) -> Self:
        scores = [grade.from_score for grade in self.grades]
        if scores != sorted(set(scores), reverse=True) or scores[-1:] != [0]:
            raise ValueError("grades fall from the best to one that begins at 0")
        if self.failing_grade not in [grade.grade for grade in self.grades]:
            raise ValueError("the failing grade is one of the grades")
        return self

    def score(self, points: Mapping[str, int]) -> int:
        """The weighted score, 0 to 1000, over the criteria with points; 0 when there are none."""
        given = [(criterion.weight, points[criterion.code]) for criterion in self.criteria if criterion.code in points]
        weight = sum(weight for weight, _ in given)
        return sum(weight * value for weight, value in given) * (BEST_SCORE // MOST_POINTS) // weight if given else 0

    def grade(self, score: int) -> str:
        """The grade a score earns."""
        return next(grade.grade for grade in self.grades if score >= grade.from_score)

    def fails(self, grade: str) -> bool:
        """Whether a station with this grade must improve."""
        order = [known.grade for known in self.grades]
        return order.index(grade) >= order.index(self.failing_grade)


@cache
def service_standard() -> ServiceStandard:
    """The declared standard."""
    path = Path(__file__).with_name("service_standard.yaml")
    return ServiceStandard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
