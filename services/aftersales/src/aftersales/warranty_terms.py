"""Warranty (保修) and three-guarantees (三包) terms: what is covered until when, and when a vehicle may be given back.

Pure functions over the declared terms in `warranty_terms.yaml`, which are checked when the service starts.
"""

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Term(_Declared):
    """So many months or kilometres, whichever is reached first."""

    months: int = Field(gt=0)
    km: int = Field(gt=0)


class Product(_Declared):
    """The terms of a group of vehicles; without `series` of all."""

    name: str
    series: tuple[str, ...] = ()
    warranty: Term
    three_guarantees: Term
    parts: dict[str, Term] = {}


class SoonAfterDelivery(_Declared):
    """So many days and kilometres from delivery, both of which must not be over."""

    days: int = Field(gt=0)
    km: int = Field(gt=0)


class FaultRule(_Declared):
    """How many faults, of which kind."""

    count: int = Field(gt=0)
    assemblies: tuple[str, ...] = ()
    serious: bool = False
    same_assembly: bool = False
    same_fault: bool = False


class Remedy(_Declared):
    """A criterion of exchange or refund (退换条件): of faults or of days in repair."""

    code: str
    title_en: str
    title_zh: str
    within: SoonAfterDelivery | Literal["three_guarantees"]
    faults: FaultRule | None = None
    repair_days: int | None = None

    @model_validator(mode="after")
    def _has_one_criterion(self) -> Self:
        if (self.faults is None) == (self.repair_days is None):
            raise ValueError(f"{self.code}: name either faults or repair_days")
        return self


class WarrantyTerms(_Declared):
    """The whole file."""

    version: str
    products: tuple[Product, ...]
    remedies: tuple[Remedy, ...]
    usage_fee_basis_points: int = Field(ge=0, le=10_000)

    @model_validator(mode="after")
    def _fits_every_vehicle(self) -> Self:
        if not self.products or self.products[-1].series:
            raise ValueError("the last product names no series, so that it fits every vehicle")
        return self

    def product(self, series: str | None) -> Product:
        """The terms that hold for a series (车系)."""
        return next(product for product in self.products if not product.series or series in product.series)


@dataclass(frozen=True)
class Cover:
    """What is covered from a day until a day or a mileage, whichever comes first (保修期)."""

    starts_on: date
    ends_on: date
    """The last day."""
    ends_km: int
    """The last kilometre."""

    def holds(self, on: date, km: int | None) -> bool:
        """Whether it holds on a day at a mileage; a mileage that is not known does not end it."""
        return self.starts_on <= on <= self.ends_on and (km is None or km <= self.ends_km)


@dataclass(frozen=True)
class Fault:
    """A fault that was repaired under the guarantee (故障记录)."""

    on: date
    km: int | None
    code: str
    """Equal for what is the same fault."""
    assembly: str | None = None
    """engine, transmission, power_battery, drive_motor …; where it was replaced or its main part failed."""
    serious: bool = False
    """It endangers safety (严重安全性能故障)."""
    repair_days: int = 0
    """Days from being taken in to being ready."""


@dataclass(frozen=True)
class MetRemedy:
    """A criterion that is met, and what meets it."""

    remedy: Remedy
    count: int
    """Faults, or days in repair."""


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cover(starts_on: date, term: Term) -> Cover:
    """The cover a term gives from a day on."""
    return Cover(starts_on, add_months(starts_on, term.months) - timedelta(days=1), term.km)


def met_remedies(
    terms: WarrantyTerms, series: str | None, delivered_on: date, faults: Sequence[Fault]
) -> list[MetRemedy]:
    """The criteria of exchange or refund that these faults meet, in the order of the file."""
    guarantee = cover(delivered_on, terms.product(series).three_guarantees)
    found = []
    for remedy in terms.remedies:
        if remedy.within == "three_guarantees":
            period = guarantee
        else:
            period = Cover(delivered_on, delivered_on + timedelta(days=remedy.within.days), remedy.within.km)
        counted = [fault for fault in faults if period.holds(fault.on, fault.km)]
        count, needed = _count(remedy, counted)
        if count >= needed:
            found.append(MetRemedy(remedy, count))
    return found


def _count(remedy: Remedy, faults: Sequence[Fault]) -> tuple[int, int]:
    """How much of a criterion is there, and how much it needs."""
    if remedy.faults is None:
        return sum(fault.repair_days for fault in faults), remedy.repair_days or 0
    rule = remedy.faults
    fitting = [
        fault
        for fault in faults
        if (not rule.assemblies or fault.assembly in rule.assemblies) and (fault.serious or not rule.serious)
    ]
    if rule.same_fault or rule.same_assembly:
        alike = Counter(fault.code if rule.same_fault else fault.assembly for fault in fitting)
        return max(alike.values(), default=0), rule.count
    return len(fitting), rule.count


def usage_fee(terms: WarrantyTerms, price_minor: int, km: int) -> int:
    """What the customer owes for the use of a vehicle given back (使用补偿费), in minor units; at most the price."""
    if price_minor <= 0:
        return 0
    return min(price_minor * km * terms.usage_fee_basis_points // (1_000 * 10_000), price_minor)


@cache
def warranty_terms() -> WarrantyTerms:
    """The declared terms, read and checked once."""
    path = Path(__file__).with_name("warranty_terms.yaml")
    return WarrantyTerms.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
