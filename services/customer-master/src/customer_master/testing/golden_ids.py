"""Watches the golden ids of a database over its life: none is reused, none forgotten, the older one survives."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customer_master.testing import Master


@dataclass
class GoldenIds:
    """What was seen of golden ids so far."""

    gone: dict[UUID, str] = field(default_factory=dict)
    """Ids that are not live any more, with their state."""
    seen: set[UUID] = field(default_factory=set)

    async def look(self, master: Master) -> list[str]:
        """Compare with what was seen before; returns what must not be."""
        rows: dict[UUID, Any] = {
            row["golden_id"]: row
            for row in await master.fetch("SELECT golden_id, state, merged_into, document FROM golden_customers")
        }
        linked = {golden_id for golden_id in (await master.golden_ids()).values() if golden_id is not None}
        live = {golden_id for golden_id, row in rows.items() if row["state"] == "live"}
        wrong = [f"{golden_id} is forgotten" for golden_id in self.seen - rows.keys()]
        wrong += [f"{golden_id} lives again, it was {self.gone[golden_id]}" for golden_id in live & self.gone.keys()]
        wrong += [f"{golden_id} is live without records" for golden_id in live - linked]
        wrong += [f"{golden_id} has records and is not live" for golden_id in linked - live]
        for golden_id in rows.keys() - live:
            row = rows[golden_id]
            if row["document"]:
                wrong.append(f"{golden_id} is {row['state']} and still has values")
            if row["state"] == "merged" and not row["merged_into"] < golden_id:
                wrong.append(f"{golden_id} went into the younger {row['merged_into']}")
            self.gone[golden_id] = row["state"]
        self.seen |= rows.keys()
        return wrong
