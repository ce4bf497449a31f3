"""Touchpoints as versions of customer records with the truth beside them, for `isthmus load` and for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any

from isthmus_demo.population import populate
from isthmus_demo.touchpoints import touchpoints

if TYPE_CHECKING:
    from isthmus_demo.touchpoints import Touchpoint

SYSTEM_OF = {"hq:call": "hq:call-center", "hq:survey": "hq:feedback"}
SAME_FILE_CHANCE = 0.8
LAST_DAY = date(2026, 11, 1)


class Dirtiness(StrEnum):
    """How well the sources of a set keep their files."""

    CLEAN = "clean"
    USUAL = "usual"
    FILTHY = "filthy"


DIRT_LEVELS = {Dirtiness.CLEAN: 0.1, Dirtiness.USUAL: 0.5, Dirtiness.FILTHY: 1.0}


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A version of a customer record as its source sends it, with the true customer's key kept apart from the body."""

    body: dict[str, Any]
    customer: str


def source_of(touchpoint: Touchpoint) -> str:
    """The source that writes this touchpoint down, `<org unit>:<system>`."""
    if touchpoint.org_unit == "hq":
        return SYSTEM_OF[f"hq:{touchpoint.kind}"]
    return f"{touchpoint.org_unit}:dms"


def labelled_set(seed: int, customers: int, dirtiness: Dirtiness, dealer_count: int = 10) -> list[LabelledRecord]:
    """A set to measure matching by: the latest versions of about four records a customer, most often entered anew.

    The same for the same arguments; who appears in no record at all is missing from it.
    """
    market = populate(seed, customers, LAST_DAY)
    history = touchpoints(market, seed=seed, dealer_count=dealer_count, dirtiness=DIRT_LEVELS[dirtiness])
    latest: dict[tuple[str, str], LabelledRecord] = {}
    for record in labelled_records(history, seed=seed, same_file_chance=0.4):
        latest[record.body["source"], record.body["record_id"]] = record
    return list(latest.values())


def labelled_records(
    history: list[Touchpoint], *, seed: int, same_file_chance: float = SAME_FILE_CHANCE
) -> Iterator[LabelledRecord]:
    """Record versions in time order. A returning customer is found again in the same source, or entered once more."""
    random = Random(seed + 2)
    known: dict[tuple[str, str], dict[str, Any]] = {}
    counters: dict[str, int] = {}
    for touchpoint in history:
        source = source_of(touchpoint)
        body = known.get((source, touchpoint.customer))
        if body is None or random.random() > same_file_chance:
            counters[source] = counters.get(source, 0) + 1
            body = {"source": source, "record_id": f"C-{counters[source]:06d}", "version": 0}
        body = _next_version(body, touchpoint)
        known[(source, touchpoint.customer)] = body
        yield LabelledRecord(body, touchpoint.customer)


def _next_version(body: dict[str, Any], touchpoint: Touchpoint) -> dict[str, Any]:
    """The source overwrites what was told anew and adds the vehicle; a name once written stays."""
    merged = {**touchpoint.party, **{key: value for key, value in body.items() if key == "name"}}
    following = {**body, **merged, "version": body["version"] + 1, "observed_at": f"{touchpoint.at:%Y-%m-%dT%H:%M:%SZ}"}
    if touchpoint.vehicle:
        others = [
            vehicle for vehicle in body.get("vehicles", []) if vehicle.get("vin") != touchpoint.vehicle.get("vin")
        ]
        following["vehicles"] = [*others, touchpoint.vehicle]
    return following
