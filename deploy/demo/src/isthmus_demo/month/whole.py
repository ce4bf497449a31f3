"""The month of the whole network: all dealers and their stations side by side, then headquarters."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

from isthmus_demo.month.answering import answer_for_a_month
from isthmus_demo.month.asking import ask_for_a_month, publish_surveys
from isthmus_demo.month.catalogue import offer_variants, stock_up
from isthmus_demo.month.desk import Desk
from isthmus_demo.month.guarantees import ask_for_another_vehicle, recall, sell_a_faulty_vehicle
from isthmus_demo.month.repairing import repair_for_a_month
from isthmus_demo.month.selling import sell_for_a_month
from isthmus_demo.places import dealers

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Network
    from isthmus_demo.truth import Person, Population

DEALERS = 10


async def enter_month(network: Network, population: Population, seed: int, dealer_count: int = DEALERS) -> None:
    """Enter the month of at least three dealers; the same people, vehicles and texts for the same arguments."""
    showrooms, workshops, (headquarters, *_) = (
        _desks(network, population, seed, part, dealer_count) for part in range(3)
    )
    buyer, faulty = await sell_a_faulty_vehicle(workshops[2])
    variants = await offer_variants(network)
    surveys = await publish_surveys(headquarters)
    async with asyncio.TaskGroup() as group:
        months = [
            group.create_task(_month_of(showroom, workshop, variants, surveys))
            for showroom, workshop in zip(showrooms, workshops, strict=True)
        ]
    owners = [owner for month in months for owner in month.result()]
    await ask_for_another_vehicle(workshops[2], buyer, faulty)
    await recall(headquarters, [faulty["vin"], *(vehicle["vin"] for _, vehicle in owners[::4])])
    await answer_for_a_month(headquarters, owners)


async def _month_of(
    showroom: Desk, workshop: Desk, variants: list[dict[str, Any]], surveys: dict[str, str]
) -> list[tuple[Person, dict[str, Any]]]:
    """A dealer's month and its station's side by side; each draws by itself, so that all stays reproducible."""
    async with asyncio.TaskGroup() as group:
        sold = group.create_task(_sell(showroom, variants))
        repaired = group.create_task(repair_for_a_month(workshop))
    await ask_for_a_month(workshop, surveys, sold.result(), repaired.result())
    return sold.result()


async def _sell(desk: Desk, variants: list[dict[str, Any]]) -> list[tuple[Person, dict[str, Any]]]:
    return await sell_for_a_month(desk, await stock_up(desk, variants))


def _desks(network: Network, population: Population, seed: int, part: int, dealer_count: int) -> list[Desk]:
    """One for each dealer, with a third of all people: those of its city come before others."""
    people = population.persons[part::3]
    return [
        Desk(
            network,
            dealer,
            sorted(people, key=lambda person: person.city != dealer.city),
            Random(f"{seed}/{part}/{dealer.org_unit}"),
        )
        for dealer in dealers(dealer_count)
    ]
