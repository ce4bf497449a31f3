"""Golden ids go where the oldest record goes."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from customer_master.resolver.cluster_ids import assign

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def fresh() -> Callable[[], UUID]:
    numbers = iter(range(100, 200))
    return lambda: UUID(int=next(numbers))


def test_new_clusters_get_new_ids() -> None:
    found = assign([frozenset({1}), frozenset({2, 3})], {}, {}, fresh())
    assert found.clusters == {UUID(int=100): frozenset({1}), UUID(int=101): frozenset({2, 3})}
    assert found.created == found.clusters.keys()


def test_the_oldest_id_survives_a_merge() -> None:
    found = assign([frozenset({1, 2, 3})], {1: TWO, 2: ONE, 3: THREE}, {}, fresh())
    assert found.clusters == {ONE: frozenset({1, 2, 3})}
    assert found.merged == {TWO: ONE, THREE: ONE}


def test_after_a_split_the_part_with_the_oldest_record_keeps_the_id() -> None:
    found = assign([frozenset({2, 3}), frozenset({1})], dict.fromkeys((1, 2, 3), ONE), {}, fresh())
    assert found.clusters == {ONE: frozenset({1}), UUID(int=100): frozenset({2, 3})}


def test_when_the_oldest_record_is_gone_the_next_oldest_takes_the_id_along() -> None:
    found = assign([frozenset({3}), frozenset({2})], dict.fromkeys((1, 2, 3), ONE), {}, fresh())
    assert found.clusters[ONE] == frozenset({2})


def test_a_merged_id_comes_back_when_its_oldest_record_parts_again() -> None:
    merged = assign([frozenset({1, 2, 3})], {1: ONE, 2: TWO, 3: TWO}, {}, fresh())
    assert merged.merged == {TWO: ONE}
    assert merged.oldest == {ONE: 1, TWO: 2}

    parted = assign([frozenset({1}), frozenset({2, 3})], dict.fromkeys((1, 2, 3), ONE), {2: TWO}, fresh())
    assert parted.clusters == {ONE: frozenset({1}), TWO: frozenset({2, 3})}
    assert parted.revived == {TWO}
    assert not parted.created


def test_a_merged_id_does_not_come_back_with_another_record_than_its_oldest() -> None:
    found = assign([frozenset({1, 2}), frozenset({3})], dict.fromkeys((1, 2, 3), ONE), {2: TWO}, fresh())
    assert found.clusters == {ONE: frozenset({1, 2}), UUID(int=100): frozenset({3})}


def test_a_merged_id_stays_away_from_a_customer_that_brings_an_older_id_along() -> None:
    found = assign([frozenset({2, 3})], {2: ONE, 3: THREE}, {2: TWO}, fresh())
    assert found.clusters == {ONE: frozenset({2, 3})}


def test_a_merged_id_takes_in_the_younger_one_that_the_rest_of_its_records_had_meanwhile() -> None:
    """Of the customer TWO its oldest record went to ONE, the rest began anew as THREE; now all are together again."""
    found = assign([frozenset({1}), frozenset({2, 3, 4})], {1: ONE, 2: ONE, 3: THREE, 4: THREE}, {2: TWO}, fresh())
    assert found.clusters == {ONE: frozenset({1}), TWO: frozenset({2, 3, 4})}
    assert found.merged == {THREE: TWO}
    assert found.revived == {TWO}


def test_new_ids_sort_as_the_oldest_records_do() -> None:
    numbers = iter((7, 5, 6))
    found = assign([frozenset({3}), frozenset({1}), frozenset({2})], {}, {}, lambda: UUID(int=next(numbers)))
    assert [found.clusters[golden_id] for golden_id in sorted(found.clusters)] == [{1}, {2}, {3}]


def test_an_id_without_records_is_retired() -> None:
    assert assign([], {1: ONE}, {}, fresh()).retired == {ONE}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4) | st.none()), max_size=12),
)
def test_every_cluster_has_one_id_and_every_id_one_fate(records: list[tuple[int, int | None]]) -> None:
    groups: dict[int, set[int]] = {}
    for number, (cluster, _) in enumerate(records):
        groups.setdefault(cluster, set()).add(number)
    previous = {number: UUID(int=old) for number, (_, old) in enumerate(records) if old is not None}

    found = assign([frozenset(group) for group in groups.values()], previous, {}, fresh())

    assert sorted(map(sorted, found.clusters.values())) == sorted(map(sorted, groups.values()))
    assert set(found.merged.values()) <= found.clusters.keys()
    kept = found.clusters.keys() - found.created
    assert set(previous.values()) == kept | found.merged.keys() | found.retired
    assert len(kept) + len(found.merged) + len(found.retired) == len(set(previous.values()))


class Ids:
    """All golden ids there ever were, kept as the resolver keeps them."""

    def __init__(self) -> None:
        self.live: dict[UUID, frozenset[int]] = {}
        self.merged: dict[UUID, UUID] = {}
        self.oldest: dict[UUID, int] = {}
        self.retired: set[UUID] = set()
        self.begun: list[UUID] = []

    def regroup(self, clusters: list[frozenset[int]]) -> None:
        previous = {number: golden_id for golden_id, cluster in self.live.items() for number in cluster}
        dormant: dict[int, UUID] = {}
        for golden_id in sorted(self.merged):
            dormant.setdefault(self.oldest[golden_id], golden_id)
        found = assign(clusters, previous, dormant, self._begin)
        self.live = dict(found.clusters)
        self.merged |= found.merged
        self.oldest |= {golden_id: found.oldest[golden_id] for golden_id in found.merged}
        for golden_id in found.revived:
            del self.merged[golden_id]
        self.retired |= found.retired

    def _begin(self) -> UUID:
        self.begun.append(UUID(int=len(self.begun) + 1))
        return self.begun[-1]

    def follow(self, golden_id: UUID) -> UUID:
        for _ in self.begun:
            golden_id = self.merged.get(golden_id, golden_id)
        return golden_id


groupings = st.lists(st.lists(st.integers(0, 4) | st.none(), min_size=7, max_size=7), min_size=1, max_size=8)


@given(groupings)
def test_an_id_that_once_lived_answers_for_ever_and_for_nobody_else(steps: list[list[int | None]]) -> None:
    ids = Ids()
    for step in steps:
        groups: dict[int, set[int]] = {}
        for number, cluster in enumerate(step):
            if cluster is not None:
                groups.setdefault(cluster, set()).add(number)
        before, retired = dict(ids.live), set(ids.retired)

        ids.regroup([frozenset(group) for group in groups.values()])

        # Live, merged or retired, and just one of these; what is retired stays so.
        assert sorted([*ids.live, *ids.merged, *ids.retired]) == sorted(ids.begun)
        assert retired <= ids.retired
        for golden_id in ids.begun:
            assert ids.follow(golden_id) in ids.live.keys() | ids.retired
        for golden_id, cluster in before.items():
            staying = sorted(number for number in cluster if step[number] is not None)
            if staying:
                # The part with the oldest record has the id, or a still older one that it was merged into.
                now = next(one for one, members in ids.live.items() if staying[0] in members)
                assert now == golden_id or (now < golden_id and ids.merged[golden_id] == now)
