"""Which golden id each cluster of records has: ids outlive the clusters they were made for. Pure.

A golden id goes where the oldest of the records it stands for goes. Where several meet, the oldest id survives and the
others are merged into it; an id whose records are all gone is retired. One that was merged comes back to life where its
oldest record is the oldest again, unless an older id comes there too. Where no id comes, a new one begins.
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
    oldest: dict[UUID, int]
    """The oldest record of each id that is live or merged now; a merged one comes back with it."""
    revived: frozenset[UUID]
    retired: frozenset[UUID]


def assign(
    clusters: Collection[Cluster],
    previous: Mapping[int, UUID],
    dormant: Mapping[int, UUID],
    new_id: Callable[[], UUID],
) -> Assignment:
    """Give each cluster its golden id.

    Args:
        clusters: disjoint sets of records that exist.
        previous: the golden id each record had, also of records that are in no cluster any more.
        dormant: the oldest merged id that each record was the oldest record of.
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
    revived: dict[UUID, Cluster] = {}
    for cluster in clusters:
        sleeping = dormant.get(min(cluster))
        if sleeping is not None and all(sleeping < golden_id for golden_id in arriving[cluster]):
            revived[sleeping] = cluster
            arriving[cluster].append(sleeping)
    beginning = sorted((cluster for cluster in clusters if not arriving[cluster]), key=min)
    # Ids made within a millisecond have no order of their own: the older record gets the smaller one.
    created = dict(zip(sorted(new_id() for _ in beginning), beginning, strict=True))
    assigned: dict[UUID, Cluster] = dict(created)
    merged: dict[UUID, UUID] = {}
    for cluster in sorted((cluster for cluster in clusters if arriving[cluster]), key=min):
        survivor, *losers = sorted(arriving[cluster])
        assigned[survivor] = cluster
        merged.update(dict.fromkeys(losers, survivor))
    return Assignment(
        clusters=assigned,
        created=frozenset(created),
        merged=merged,
        oldest=oldest,
        revived=frozenset(revived),
        retired=frozenset(previous.values()) - oldest.keys(),
    )
