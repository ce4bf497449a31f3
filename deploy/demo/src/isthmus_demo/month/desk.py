"""The desk of one org unit: who comes to it, and what is entered there, at times the place is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

import yaml

from isthmus_demo.dirt import Dirt
from isthmus_demo.identifiers import plate, vin
from isthmus_demo.written import Clerk

if TYPE_CHECKING:
    from isthmus_demo.places import Dealer
    from isthmus_demo.truth import Person

CHINA = ZoneInfo("Asia/Shanghai")
SUNDAY = 6
OPENS, CLOSES = time(8, 30), time(17, 30)


TEXTS: dict[str, Any] = yaml.safe_load((files("isthmus_demo.month") / "texts.yaml").read_text("utf-8"))
"""What people say and want, by part of the month."""


class Post(Protocol):
    """Sends one POST through the gateway and gives its answer."""

    async def __call__(self, path: str, body: dict[str, Any]) -> dict[str, Any]: ...


@dataclass
class Network:
    """What all desks share: the gateway, the time it is now, and whose record is whose."""

    post: Post
    now: datetime
    records: dict[tuple[str, str], str] = field(default_factory=dict)
    """Record id by source and true customer."""
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    """True customer by source and record id."""

    def day(self, days: int) -> date:
        """The day so many days from today in China, never a Sunday: the Saturday before it."""
        there = self.now.astimezone(CHINA).date() + timedelta(days=days)
        return there - timedelta(days=1) if there.weekday() == SUNDAY else there

    def at(self, days: int, clock: str) -> str:
        """That day at the clock of the place: `at(-3, "10:30")`."""
        return stamp(datetime.combine(self.day(days), time.fromisoformat(clock), CHINA))

    def lately(self, **span: float) -> str:
        """About so long before now, at a time of day at which work is done: `lately(hours=2)`."""
        there = (self.now - timedelta(**span)).astimezone(CHINA)
        days = (there.date() - self.now.astimezone(CHINA).date()).days
        if there.time() < OPENS:
            days -= 1
        elif there.time() <= CLOSES and there.weekday() != SUNDAY:
            return stamp(there)
        return self.at(days, "16:30")


@dataclass
class Desk:
    """Enters the work of one dealer and its station; a person is written down once in each of their systems."""

    network: Network
    dealer: Dealer
    visitors: list[Person]
    random: Random

    def __post_init__(self) -> None:
        self._clerk = Clerk(Dirt(self.random, 0.3))
        self._waiting = iter(self.visitors)

    def next_visitor(self) -> Person:
        """Somebody who was not here yet this month."""
        return next(self._waiting)

    def chassis(self) -> str:
        """The number of a vehicle nobody has seen yet."""
        return vin(self.random, "LVV")

    def plate(self, *, new_energy: bool = False) -> str:
        """A plate of the dealer's city."""
        return plate(self.random, self.dealer.city.plate_office, new_energy=new_energy)

    async def enter(
        self, path: str, person: Person, body: dict[str, Any], *, at: str = "", kind: str = "lead"
    ) -> dict[str, Any]:
        """Enter a document of a person at an org unit; `kind` is what the form asks for, as `Clerk` knows it."""
        org_unit = at or self.dealer.org_unit
        system = {"call-center": "call-center", "feedback": "feedback"}.get(path.split("/")[2], "dms")
        source = f"{org_unit}:{system}"
        known = self.network.records.get((source, person.key))
        party = {"record_id": known} if known else self._clerk.person(person, kind, self.today, self.dealer.phone)
        document = await self.network.post(path, {"org_unit": org_unit, "customer": party, **body})
        record = document["customer"]
        self.network.records[source, person.key] = record["record_id"]
        self.network.truth[record["source"], record["record_id"]] = person.key
        return document

    async def step(self, path: str, document: dict[str, Any], *steps: str, **body: Any) -> dict[str, Any]:
        """Take steps of a document one after the other, the last one with a body."""
        for name in steps:
            sent = body if name == steps[-1] else {}
            document = await self.network.post(f"{path}/{document['id']}/{name}", sent)
        return document

    @property
    def today(self) -> date:
        """Today in China."""
        return self.network.now.astimezone(CHINA).date()


def stamp(at: datetime) -> str:
    """A moment as JSON has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def yuan(amount: int) -> dict[str, Any]:
    """An amount in whole yuan."""
    return {"amount_minor": amount * 100, "currency": "CNY"}
