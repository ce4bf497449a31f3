"""The truth: persons, households, organisations and vehicles of the market, with what changed over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from isthmus_demo.names import PersonName
    from isthmus_demo.places import City

HISTORY_DAYS = 6 * 365


@dataclass(frozen=True, slots=True)
class Tenure:
    """A value that held from a day on, until the next one of its list."""

    value: str
    since: date


@dataclass(slots=True)
class Person:
    """An end user (最终用户). `phones` and `homes` are in time order; households share `household`."""

    key: str
    name: PersonName
    gender: str
    birth: date
    city: City
    resident_id: str
    phones: list[Tenure]
    homes: list[Tenure]
    email: str | None
    wechat: str | None
    household: str
    second_phone: str | None = None
    partner: Person | None = None

    @property
    def shares_phone(self) -> bool:
        """Whether the household has one number for both."""
        return self.partner is not None and self.partner.phones is self.phones

    def phone_at(self, day: date) -> str:
        """The mobile number in use on that day."""
        return next((tenure.value for tenure in reversed(self.phones) if tenure.since <= day), self.phones[0].value)

    def home_at(self, day: date) -> str:
        """The full home address on that day."""
        return next((tenure.value for tenure in reversed(self.homes) if tenure.since <= day), self.homes[0].value)


@dataclass(slots=True)
class Organisation:
    """An organisation buyer (单位购买者): company with a fleet or taxi company (出租车公司), and who drives for it."""

    key: str
    kind: str
    city: City
    place_first: bool
    core: str
    industry: str
    credit_code: str
    branch: str
    switchboard: str
    fleet_mobile: str
    address: str
    contact: Person
    drivers: list[Person]

    @property
    def full_name(self) -> str:
        """The registered name; the place stands in front or in brackets, a branch (分公司) behind."""
        place = self.city.name.removesuffix("市")
        if self.place_first:
            return f"{self.city.name}{self.core}{self.industry}有限公司{self.branch}"
        return f"{self.core}{self.industry}（{place}）有限公司{self.branch}"

    @property
    def short_name(self) -> str:
        """What people call it."""
        return f"{self.core}{self.industry}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """A vehicle belonged to an owner (customer key) under a plate from a day on."""

    owner: str
    plate: str
    since: date


@dataclass(slots=True)
class Vehicle:
    """A vehicle; a resold one has a second ownership by another customer."""

    vin: str
    model: str
    ownerships: list[Ownership] = field(default_factory=list)


@dataclass(slots=True)
class Population:
    """All parties and vehicles up to the day `until`."""

    until: date
    persons: list[Person]
    organisations: list[Organisation]
    vehicles: list[Vehicle]
