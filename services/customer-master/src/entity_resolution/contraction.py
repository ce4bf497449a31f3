"""Sum-link: greedy additive contraction of a small complete graph whose nodes are numbered in key order."""

from typing import Literal, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

Kind = TypeVar("Kind", bound=np.generic)

_NEVER = np.iinfo(np.int64).min


class Edges(NamedTuple):
    """What any two of some nodes say about each other: symmetric matrices; the diagonals mean nothing.

    ``weight`` is the evidence for (positive) and against; ``named`` the part of it between records that both bear a
    name; ``contradicts`` whether their names exclude each other; ``vetoed`` whether they may not be together; ``best``
    is the weight of the strongest single pair; ``name_only`` whether nothing but a person's name contradicts,
    ``other_name`` whether it is another one. For
    clusters, weights are summed over the pairs of their records.
    """

    weight: Integers
    named: Integers
    contradicts: Mask
    vetoed: Mask
    best: Integers
    name_only: Mask
    other_name: Mask

    @classmethod
    def between(cls, count: int, left: Integers, right: Integers, columns: "Edges") -> Self:
        """Make matrices for ``count`` nodes of columns over the pairs of nodes at ``left`` and ``right``."""
        places = count, left, right
        return cls(
            _matrix(columns.weight, *places),
            _matrix(columns.named, *places),
            _matrix(columns.contradicts, *places),
            _matrix(columns.vetoed, *places),
            _matrix(columns.best, *places),
            _matrix(columns.name_only, *places),
            _matrix(columns.other_name, *places),
        )

    def part(self, begin: int, end: int) -> "Edges":
        """Give the columns of the pairs from ``begin`` up to ``end``."""
        return Edges(
            self.weight[begin:end],
            self.named[begin:end],
            self.contradicts[begin:end],
            self.vetoed[begin:end],
            self.best[begin:end],
            self.name_only[begin:end],
            self.other_name[begin:end],
        )


def _matrix(column: NDArray[Kind], count: int, left: Integers, right: Integers) -> NDArray[Kind]:
    matrix = np.zeros((count, count), dtype=column.dtype)
    matrix[left, right] = column
    matrix[right, left] = column
    return matrix


class Contraction:
    """Clusters of the nodes 0 … count-1, each known by its smallest node. Changes the matrices it is given."""

    def __init__(self, edges: Edges, *, link: int, margin: int) -> None:
        count = len(edges.weight)
        self._edges = edges
        self._link = link
        self._margin = margin
        self._members: dict[int, list[int]] = {node: [node] for node in range(count)}
        self._cluster_of = list(range(count))
        self._alive = np.ones(count, dtype=np.bool_)
        # The weight on which clusters merge: where names contradict, nameless records do not outvote them.
        self._strength = np.where(edges.contradicts, np.minimum(edges.weight, edges.named), edges.weight)
        self._strength[edges.vetoed] = _NEVER
        np.fill_diagonal(self._strength, _NEVER)
        self._offered = np.where(self._strength >= link, self._strength, _NEVER)

    def join(self, left: int, right: int) -> bool:
        """Put two nodes together whatever they weigh; False when a veto between their clusters forbids it."""
        one, other = self._cluster_of[left], self._cluster_of[right]
        if one == other:
            return True
        if self._edges.vetoed[one, other]:
            return False
        self._merge(min(one, other), max(one, other))
        return True

    def run(self) -> None:
        """Merge the two clusters of the greatest strength, again and again, while it reaches the link threshold.

        Of equally strong ones those with the smallest nodes come first, as the first place of a matrix does.
        """
        count = len(self._strength)
        if self._all_agree():
            self._members = {0: list(range(count))}
            self._cluster_of = [0] * count
            return
        while True:
            one, other = divmod(int(self._offered.argmax()), count)
            if self._offered[one, other] == _NEVER:
                return
            if self._is_ambiguous(one, other):
                self._offered[one, other] = self._offered[other, one] = _NEVER
            else:
                self._merge(one, other)

    def _all_agree(self) -> bool:
        """Whether any two nodes link and nothing contradicts: whatever is merged first, all become one cluster."""
        count = len(self._strength)
        return np.count_nonzero(self._offered != _NEVER) == count * (count - 1) and not self._edges.contradicts.any()

    def clusters(self) -> list[list[int]]:
        return [sorted(members) for _, members in sorted(self._members.items())]

    def separate(self, left: int, right: int) -> bool:
        return self._cluster_of[left] != self._cluster_of[right]

    def reason(self, left: int, right: int) -> Literal["veto", "margin", "outweighed"]:
        """Say what keeps two nodes apart after the run."""
        place = self._cluster_of[left], self._cluster_of[right]
        if self._edges.vetoed[place]:
            return "veto"
        return "margin" if self._strength[place] >= self._link else "outweighed"

    def _is_ambiguous(self, one: int, other: int) -> bool:
        """Whether a rival fits one of the two nearly as well, and cannot be together with the other."""
        return self._has_rival(one, other) or self._has_rival(other, one)

    def _has_rival(self, chooser: int, chosen: int) -> bool:
        best = self._edges.best[chooser]
        fits = (self._strength[chooser] >= self._link) & (best > best[chosen] - self._margin)
        fits &= self._edges.contradicts[chosen] | self._edges.vetoed[chosen]
        fits[chosen] = False
        return bool(fits.any())

    def _merge(self, one: int, other: int) -> None:
        """Fold ``other`` into ``one`` (the smaller), adding up what each third cluster says of the two."""
        for node in self._members[other]:
            self._cluster_of[node] = one
        self._members[one] += self._members.pop(other)
        weight, named, contradicts, vetoed, best, *_ = self._edges
        weight[one] += weight[other]
        named[one] += named[other]
        contradicts[one] |= contradicts[other]
        vetoed[one] |= vetoed[other]
        np.maximum(best[one], best[other], out=best[one])
        for matrix in (weight, named, contradicts, vetoed, best):
            matrix[:, one] = matrix[one]
        strength = np.where(contradicts[one], np.minimum(weight[one], named[one]), weight[one])
        self._alive[other] = False
        strength[vetoed[one] | ~self._alive] = _NEVER
        strength[one] = _NEVER
        self._set_strength(one, strength)
        self._set_strength(other, np.full_like(strength, _NEVER))

    def _set_strength(self, node: int, strength: Integers) -> None:
        self._strength[node] = self._strength[:, node] = strength
        self._offered[node] = self._offered[:, node] = np.where(strength >= self._link, strength, _NEVER)
