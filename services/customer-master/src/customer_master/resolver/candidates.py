"""Candidates: which records share a blocking key with a record, and so are worth comparing with it."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from customer_master.connection import Connection
from customer_master.resolver.loading import LoadedRecord

LARGEST_BLOCK = 50
"""A key that more records hold than this is common (热值): it proposes nobody."""

_HOLDERS = """
SELECT probe.hash,
       ARRAY(SELECT record_no FROM record_keys WHERE record_keys.hash = probe.hash LIMIT $2) AS holders
FROM unnest($1::bigint[]) AS probe(hash)
"""


class Blocks:
    """Who holds the keys of a batch; keys that too many hold are left out and counted."""

    def __init__(self, holders: Mapping[int, frozenset[int]], common: frozenset[int]) -> None:
        self._holders = holders
        self.common = common

    @classmethod
    async def find(cls, connection: Connection, hashes: Collection[int]) -> "Blocks":
        """Look all keys up in one query."""
        rows = await connection.fetch(_HOLDERS, sorted(hashes), LARGEST_BLOCK + 1)
        common = frozenset(row["hash"] for row in rows if len(row["holders"]) > LARGEST_BLOCK)
        return cls({row["hash"]: frozenset(row["holders"]) for row in rows if row["hash"] not in common}, common)

    def candidates(self) -> set[int]:
        """All records that hold a usable key of the batch, those of the batch among them."""
        return set().union(*self._holders.values())

    def pairs(self, batch: Collection[int], records: Mapping[int, LoadedRecord]) -> list[tuple[int, int]]:
        """The pairs to compare: each with a record of the batch, sharing a usable key in their state as loaded.

        A candidate may have lost the key between search and claim, hence the second look. Smaller number first, sorted.
        """
        found: dict[int, set[int]] = defaultdict(set)
        for record_no in batch:
            for value in records[record_no].hashes:
                for other in self._holders.get(value, ()):
                    if other != record_no and value in records[other].hashes:
                        found[min(record_no, other)].add(max(record_no, other))
        return [(left, right) for left in sorted(found) for right in sorted(found[left])]
