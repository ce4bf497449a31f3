"""Which golden id each cluster of records has: ids outlive the clusters they were made for. Pure.

A golden id goes where the oldest of the records it stands for goes. Where several meet, the oldest id survives and the
others are merged into it; where none comes, a new id begins; an id whose records are all gone is retired.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

Cluster = frozenset[int]
"""Record numbers; a smaller number is an older record."""


@dataclass(frozen=True)
class Assignment:
    """The clusters by golden id, and what became of the ids that no cluster has now."""

    clusters: dict[UUID, Cluster]
    created: frozenset[UUID]
    merged: dict[UUID, UUID]
    """Losing id to surviving id."""
    retired: frozenset[UUID]


def assign(clusters: Collection[Cluster], previous: Mapping[int, UUID], new_id: Callable[[], UUID]) -> Assignment:
    """Give each cluster its golden id.

    Args:
        clusters: disjoint sets of records that exist.
        previous: the golden id each record had, also of records that are in no cluster any more.
        new_id: makes an id that was never used.
    """
    home = {record_no: cluster for cluster in clusters for record_no in cluster}
    oldest: dict[UUID, int] = {}
    for record_no in sorted(previous):
        if record_no in home:
            oldest.setdefault(previous[record_no], record_no)
    arriving: dict[Cluster, list[UUID]] = defaultdict(list)
    for golden_id, record_no in oldest.items():
        arriving[home[record_no]].append(golden_id)
    assigned: dict[UUID, Cluster] = {}
    created: set[UUID] = set()
    merged: dict[UUID, UUID] = {}
    for cluster in sorted(clusters, key=min):
        survivor, *losers = sorted(arriving[cluster]) or [new_id()]
        assigned[survivor] = cluster
        if not arriving[cluster]:
            created.add(survivor)
        merged.update(dict.fromkeys(losers, survivor))
    return Assignment(assigned, frozenset(created), merged, frozenset(previous.values()) - oldest.keys())
