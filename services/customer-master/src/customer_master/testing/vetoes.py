"""Looks for golden customers that must not be: what excludes each other, judged by what sources wrote."""

from collections import defaultdict
from typing import Any

from customer_master.testing import Master

_MEMBERS = "SELECT golden_id, body FROM links JOIN records USING (record_no) WHERE golden_id IS NOT NULL"


async def forbidden(master: Master) -> list[str]:
    """Customers with two values of an exclusive identifier, or that are person and organisation at once.

    The identifiers in the records must all be valid, and a name with 公司 in it that of an organisation.
    """
    found: dict[tuple[Any, str], set[str]] = defaultdict(set)
    for row in await master.fetch(_MEMBERS):
        for identifier in row["body"].get("identifiers", []):
            if identifier["type"] in master.model.exclusive_identifiers:
                found[row["golden_id"], identifier["type"]].add(identifier["value"])
        found[row["golden_id"], "party type"].add("firm" if "公司" in row["body"]["name"]["full"] else "person")
    return [
        f"{golden_id} has {kind} {sorted(values)}"
        for (golden_id, kind), values in sorted(found.items())
        if len(values) > 1
    ]
