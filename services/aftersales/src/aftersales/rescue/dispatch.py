"""Dispatch (派车): the nearest station that can do a job and has a crew free."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from aftersales.places import Place, distance_m
from aftersales.rescue.crews import Crew
from aftersales.rescue.job import BUSY, RescueJob
from aftersales.workshops.workshops import Workshop


@dataclass(frozen=True)
class Station:
    """A station that could go: how far it is, and its crews that are free."""

    org_unit: str
    name: str
    distance_m: int
    free_crews: tuple[UUID, ...]


def by_distance(here: Place, stations: Iterable[tuple[str, str, Place, tuple[UUID, ...]]]) -> list[Station]:
    """Stations with a free crew, nearest first, of equally near ones by org unit."""
    able = [
        Station(org_unit, name, distance_m(here, place), crews) for org_unit, name, place, crews in stations if crews
    ]
    return sorted(able, key=lambda station: (station.distance_m, station.org_unit))


async def stations_by_distance(session: AsyncSession, here: Place, kind: str, *, lock: bool = False) -> list[Station]:
    """The open stations with a crew free for this kind of job, nearest first; their crews locked if asked."""
    crews: dict[str, list[UUID]] = {}
    for crew in await free_crews(session, kind, lock=lock):
        crews.setdefault(crew.org_unit, []).append(crew.id)
    query = select(Workshop).where(
        Workshop.status == "open",
        Workshop.place.is_not(None),
        Workshop.org_unit.in_(crews),
    )
    return by_distance(
        here,
        [
            (workshop.org_unit, workshop.name, workshop.place, tuple(crews[workshop.org_unit]))
            for workshop in await session.scalars(query)
            if workshop.place is not None
        ],
    )


async def free_crews(
    session: AsyncSession, kind: str, org_unit: str | None = None, *, lock: bool = False
) -> list[Crew]:
    """The crews on duty, and on no job, that take this kind of job, by name; locked against being sent, if asked."""
    statement = select(Crew).where(Crew.status == "on_duty").order_by(Crew.name, Crew.id)
    if org_unit is not None:
        statement = statement.where(Crew.org_unit == org_unit)
    rows = await session.scalars(statement.with_for_update(key_share=True) if lock else statement)
    able = [crew for crew in rows if not crew.takes or kind in crew.takes]
    jobs = select(RescueJob.crew_id).where(RescueJob.status.in_(BUSY), RescueJob.crew_id.is_not(None))
    busy = set(await session.scalars(jobs))  # looked at once the crews are locked, so that nobody sends one between
    return [crew for crew in able if crew.id not in busy]
