"""Looks for golden customers that must not be: what excludes each other, judged by what sources wrote."""

from collections import defaultdict
from typing import Any

from customer_master.testing import Master

_MEMBERS = "SELECT golden_id, body FROM links JOIN records USING (record_no) WHERE golden_id IS NOT NULL"

_NOT_OWN = {"organization": "cn_resident_id", "person": "cn_uscc"}


async def forbidden(master: Master) -> list[str]:
    """Customers with two values of an exclusive identifier, or that are person and organisation at once.

    The identifiers in the records must all be valid; of what no record declares nothing is said. A resident id (身份证)
    in the record of a firm is that of whoever speaks for it, a credit code in that of a person the employer's.
    """
    found: dict[tuple[Any, str], set[str]] = defaultdict(set)
    for row in await master.fetch(_MEMBERS):
        for identifier in row["body"].get("identifiers", []):
            is_own = identifier["type"] != _NOT_OWN.get(row["body"].get("party_type"))
            if is_own and identifier["type"] in master.model.exclusive_identifiers:
                found[row["golden_id"], identifier["type"]].add(identifier["value"])
        if party_type := row["body"].get("party_type"):
            found[row["golden_id"], "party_type"].add(party_type)
    return [
        f"{golden_id} has {kind} {sorted(values)}"
        for (golden_id, kind), values in sorted(found.items())
        if len(values) > 1
    ]
