"""What pairs of records said about each other when they were weighed last, so that they need not be weighed again.

What a pair weighs is a pure function of its two records and the model, so a memory can spare work and change nothing.
Records are known by identity, and kept for as long as a pair of theirs is: an identity cannot come to mean another one.
"""

from collections.abc import Callable, Sequence

import numpy as np

from entity_resolution.contraction import Edges
from entity_resolution.records import StandardRecord

Pair = tuple[StandardRecord, StandardRecord]

_Row = tuple[int, int, bool, bool, int, bool, bool]
"""The values of one pair, in the order of the fields of `Edges`."""


class KnownEdges:
    """The pairs weighed last by one model; the two records of a pair always stand in key order."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._rows: dict[tuple[int, int], tuple[Pair, _Row]] = {}

    def columns(self, pairs: Sequence[Pair], weigh: Callable[[Sequence[Pair]], Edges]) -> Edges:
        """Give the columns over the pairs; `weigh` gives those of the pairs not known."""
        places = [(id(left), id(right)) for left, right in pairs]
        unknown = [pair for pair, place in zip(pairs, places, strict=True) if place not in self._rows]
        if unknown:
            self.keep(unknown, weigh(unknown))
        rows = [self._rows[place][1] for place in places]
        self._forget()
        return Edges(*(np.array(column) for column in zip(*rows, strict=True)))

    def keep(self, pairs: Sequence[Pair], columns: Edges) -> None:
        """Remember what pairs weighed."""
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for pair, row in zip(pairs, rows, strict=True):
            self._rows[id(pair[0]), id(pair[1])] = pair, row

    def _forget(self) -> None:
        """Let go of what was kept first."""
        if len(self._rows) > self._capacity:
            for place in list(self._rows)[: len(self._rows) - self._capacity // 2]:
                del self._rows[place]
