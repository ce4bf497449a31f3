"""Sum-link: greedy additive contraction of a small graph whose nodes are numbered in key order."""

import heapq
from typing import Literal, NamedTuple


class Edge(NamedTuple):
    """What two clusters say about each other, summed over their pairs of records.

    ``weight`` is the evidence for (positive) and against; ``named`` the part of it between records that both bear a
    name; ``contradicts`` whether any two of their names exclude each other; ``vetoed`` whether any pair may not be
    together; ``best`` is the weight of the strongest single pair.
    """

    weight: int
    named: int
    contradicts: bool
    vetoed: bool
    best: int

    def plus(self, other: "Edge") -> "Edge":
        return Edge(
            self.weight + other.weight,
            self.named + other.named,
            self.contradicts or other.contradicts,
            self.vetoed or other.vetoed,
            max(self.best, other.best),
        )

    @property
    def strength(self) -> int:
        """The weight on which clusters merge: where names contradict, nameless records do not outvote them."""
        return min(self.weight, self.named) if self.contradicts else self.weight

    @property
    def repels(self) -> bool:
        return self.vetoed or self.contradicts


class Contraction:
    """Clusters of the nodes 0 … count-1, each known by its smallest node."""

    def __init__(self, count: int, *, link: int, margin: int) -> None:
        self._link = link
        self._margin = margin
        self._members: dict[int, list[int]] = {node: [node] for node in range(count)}
        self._cluster_of = list(range(count))
        self._edges: dict[int, dict[int, Edge]] = {node: {} for node in range(count)}
        self._queue: list[tuple[int, int, int]] = []

    def add(self, left: int, right: int, edge: Edge) -> None:
        """Say what two nodes say about each other; at most once a pair, before any join."""
        self._edges[left][right] = self._edges[right][left] = edge

    def join(self, left: int, right: int) -> bool:
        """Put two nodes together whatever they weigh; False when a veto between their clusters forbids it."""
        one, other = self._cluster_of[left], self._cluster_of[right]
        if one == other:
            return True
        edge = self._edges[one].get(other)
        if edge is not None and edge.vetoed:
            return False
        self._merge(min(one, other), max(one, other))
        return True

    def run(self) -> None:
        """Merge the two clusters of the greatest strength, again and again, while it reaches the link threshold."""
        for one, neighbours in self._edges.items():
            for other, edge in neighbours.items():
                self._offer(one, other, edge)
        while self._queue:
            negative, one, other = heapq.heappop(self._queue)
            current = self._edges.get(one, {}).get(other)
            if current is None or current.strength != -negative or current.vetoed or self._is_ambiguous(one, other):
                continue
            self._merge(one, other)
            for third, merged in self._edges[one].items():
                self._offer(min(one, third), max(one, third), merged)

    def clusters(self) -> list[list[int]]:
        return [sorted(members) for _, members in sorted(self._members.items())]

    def separate(self, left: int, right: int) -> bool:
        return self._cluster_of[left] != self._cluster_of[right]

    def reason(self, left: int, right: int) -> Literal["veto", "margin", "outweighed"]:
        """Say what keeps two nodes apart after the run."""
        edge = self._edges[self._cluster_of[left]][self._cluster_of[right]]
        if edge.vetoed:
            return "veto"
        return "margin" if edge.strength >= self._link else "outweighed"

    def _offer(self, one: int, other: int, edge: Edge) -> None:
        if one < other and not edge.vetoed and edge.strength >= self._link:
            heapq.heappush(self._queue, (-edge.strength, one, other))

    def _is_ambiguous(self, one: int, other: int) -> bool:
        """Whether a rival fits one of the two nearly as well, and cannot be together with the other."""
        best = self._edges[one][other].best
        return self._has_rival(one, other, best) or self._has_rival(other, one, best)

    def _has_rival(self, chooser: int, chosen: int, best: int) -> bool:
        for rival, edge in self._edges[chooser].items():
            if rival == chosen or edge.vetoed or edge.strength < self._link or best - edge.best >= self._margin:
                continue
            between = self._edges[chosen].get(rival)
            if between is not None and between.repels:
                return True
        return False

    def _merge(self, one: int, other: int) -> None:
        """Fold ``other`` into ``one`` (the smaller), adding up what each third cluster says of the two."""
        for node in self._members[other]:
            self._cluster_of[node] = one
        self._members[one] += self._members.pop(other)
        for third, edge in self._edges.pop(other).items():
            del self._edges[third][other]
            if third == one:
                continue
            known = self._edges[one].get(third)
            merged = edge if known is None else known.plus(edge)
            self._edges[one][third] = self._edges[third][one] = merged
