"""What a new partition means for golden customers: which values, links and events differ from before. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from customer_master.golden_document import document_of
from customer_master.resolver.cluster_ids import Assignment, Cluster
from customer_master.resolver.golden_tables import Before, Changes, GoldenChange, LinkChange
from customer_master.resolver.loading import LoadedRecord
from customer_master.stewardship.facts import StewardFacts


def changes_of(
    assignment: Assignment,
    before: Before,
    records: Mapping[int, LoadedRecord],
    changed: Collection[int],
    steward: StewardFacts,
    at: datetime,
) -> Changes:
    """Compare the new clusters with what is stored.

    Args:
        assignment: clusters by golden id.
        before: links and golden customers of all `records`.
        records: every record whose cluster may have changed.
        changed: the records that may have changed themselves, or about which a steward has just decided.
        steward: what stewards decided about all `records`.
        at: the time the changes are said to happen.
    """
    return Changes(
        at,
        [*_live(assignment, before, records, frozenset(changed), steward), *_gone(assignment, before)],
        _links(assignment, before, records),
    )


def _live(
    assignment: Assignment,
    before: Before,
    records: Mapping[int, LoadedRecord],
    changed: frozenset[int],
    steward: StewardFacts,
) -> list[GoldenChange]:
    members_before = _members(before)
    survivors = set(assignment.merged.values())
    changes = []
    for golden_id, cluster in assignment.clusters.items():
        had = members_before.get(golden_id, frozenset())
        if had == cluster and changed.isdisjoint(cluster):
            continue
        document = document_of([records[number] for number in cluster], steward.pins(cluster))
        stored = before.golden.get(golden_id)
        if stored is None:
            changes.append(GoldenChange(golden_id, 1, "live", None, document, "created"))
        elif stored.document != document:
            cause = "revived" if golden_id in assignment.revived else _cause(had, cluster)
            if golden_id in survivors:
                cause = "merged_in"
            changes.append(GoldenChange(golden_id, stored.version + 1, "live", None, document, cause))
    return changes


def _cause(had: Cluster, has: Cluster) -> str:
    if has < had:
        return "members_left"
    return "members_joined" if had < has else "members_changed"


def _gone(assignment: Assignment, before: Before) -> list[GoldenChange]:
    """Merged and retired customers keep a row that says where they went, and no personal data."""
    merged = [
        GoldenChange(
            loser, before.golden[loser].version + 1, "merged", survivor, {}, "merged", assignment.oldest[loser]
        )
        for loser, survivor in assignment.merged.items()
    ]
    retired = [
        GoldenChange(golden_id, before.golden[golden_id].version + 1, "retired", None, {}, "no_members_left")
        for golden_id in sorted(assignment.retired)
    ]
    return merged + retired


def _links(assignment: Assignment, before: Before, records: Mapping[int, LoadedRecord]) -> list[LinkChange]:
    golden_of = {number: golden_id for golden_id, cluster in assignment.clusters.items() for number in cluster}
    return [
        LinkChange(number, record.key, golden_of.get(number), before.links[number].version + 1, _link_cause(record))
        for number, record in sorted(records.items())
        if golden_of.get(number) != before.links[number].golden_id
    ]


def _link_cause(record: LoadedRecord) -> str:
    return "record_deleted" if record.deleted else "resolved"


def _members(before: Before) -> dict[UUID, Cluster]:
    members: dict[UUID, set[int]] = {}
    for number, golden_id in before.golden_of.items():
        members.setdefault(golden_id, set()).add(number)
    return {golden_id: frozenset(numbers) for golden_id, numbers in members.items()}
