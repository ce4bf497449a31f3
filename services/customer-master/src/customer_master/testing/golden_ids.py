"""Watches the golden ids of a database over its life: none is reused, none forgotten, the older one survives.

A merged id may come back, but only where the oldest record is one that it stood for before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from customer_master.testing import Master


@dataclass
class GoldenIds:
    """What was seen of golden ids so far."""

    records: dict[UUID, set[int]] = field(default_factory=dict)
    """All records that each id ever stood for, by number; a smaller number is an older record."""
    states: dict[UUID, str] = field(default_factory=dict)

    async def look(self, master: Master) -> list[str]:
        """Compare with what was seen before; returns what must not be."""
        rows: dict[UUID, Any] = {
            row["golden_id"]: row
            for row in await master.fetch("SELECT golden_id, state, merged_into, document FROM golden_customers")
        }
        linked: dict[UUID, set[int]] = {}
        for row in await master.fetch("SELECT golden_id, record_no FROM links WHERE golden_id IS NOT NULL"):
            linked.setdefault(row["golden_id"], set()).add(row["record_no"])
        wrong = [f"{golden_id} is forgotten" for golden_id in self.states.keys() - rows.keys()]
        for golden_id, row in rows.items():
            wrong += [f"{golden_id} {what}" for what in self._wrong(golden_id, row, linked.get(golden_id, set()))]
            self.states[golden_id] = row["state"]
        for row in await master.fetch("SELECT golden_id, record_no FROM link_history WHERE golden_id IS NOT NULL"):
            self.records.setdefault(row["golden_id"], set()).add(row["record_no"])
        return wrong

    def _wrong(self, golden_id: UUID, row: Any, linked: set[int]) -> Iterator[str]:
        state, before = row["state"], self.states.get(golden_id)
        if (state == "live") != bool(linked):
            yield f"is {state} and has the records {sorted(linked)}"
        if (state == "live") != bool(row["document"]):
            yield f"is {state} and has the values {row['document']}"
        if before == "retired" and state != "retired":
            yield "lives again"
        if before == "merged" and state == "live" and min(linked) not in self.records[golden_id]:
            yield f"was merged and is another's now: {sorted(linked)}, it was {sorted(self.records[golden_id])}"
        if state == "merged" and not row["merged_into"] < golden_id:
            yield f"went into the younger {row['merged_into']}"
