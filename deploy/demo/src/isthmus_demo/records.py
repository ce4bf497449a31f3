"""Touchpoints as versions of customer records, with the truth beside them, for `isthmus load` and evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus_demo.touchpoints import Touchpoint

SYSTEM_OF = {"hq:call": "hq:call-center", "hq:survey": "hq:feedback"}
SAME_FILE_CHANCE = 0.8


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


def labelled_records(touchpoints: list[Touchpoint], *, seed: int) -> Iterator[LabelledRecord]:
    """Records in time order. A returning customer is mostly found again in the same source, sometimes entered twice."""
    random = Random(seed + 2)
    known: dict[tuple[str, str], dict[str, Any]] = {}
    counters: dict[str, int] = {}
    for touchpoint in touchpoints:
        source = source_of(touchpoint)
        body = known.get((source, touchpoint.customer))
        if body is None or random.random() > SAME_FILE_CHANCE:
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
