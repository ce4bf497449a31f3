"""Rules of customer-master and of the matching core, broken one by one."""

from mutation import Mutation

STREAMS = "services/customer-master/tests/integration/customer_master/test_guarantees.py"
GOLDEN_IDS = "services/customer-master/tests/integration/customer_master/test_golden_ids.py"
SIDE_BY_SIDE = "services/customer-master/tests/integration/customer_master/test_resolvers_side_by_side.py"
HOT_VALUES = "services/customer-master/tests/integration/customer_master/test_hot_values.py"
ERASURE = "services/customer-master/tests/integration/customer_master/test_erasure.py"
CONSENTS = "services/customer-master/tests/unit/entity_resolution/test_consents.py"
SURVIVORSHIP = "services/customer-master/tests/unit/entity_resolution/test_survivorship.py"
SEARCH_AND_EXPLAIN = "services/customer-master/tests/unit/entity_resolution/test_search_and_explain.py"

MATCHING = (
    Mutation(
        "an older version takes the place of a newer one",
        "customer_master/intake.py",
        "elif version.order < current.order:",
        "elif version.order > current.order:",
        (STREAMS, "g3"),
    ),
    Mutation(
        "what changed is not queued",
        "customer_master/intake.py",
        "await queue.enqueue(connection, list(lost), queue.Cause.RECEIVED, now, lost)",
        "await queue.enqueue(connection, list(inserted.values()), queue.Cause.RECEIVED, now, lost)",
        (STREAMS, "g1_the"),
    ),
    Mutation(
        "resolvers claim nothing",
        "customer_master/resolver/claims.py",
        " ORDER BY record_no FOR UPDATE",
        " ORDER BY record_no",
        ("services/customer-master/tests/integration/customer_master/test_resolver_failures.py", "many_writers"),
    ),
    Mutation(
        "what a resolver leaves to another is taken for done",
        "customer_master/resolver/worker.py",
        "[one for one in entries if one.record_no not in result.left]",
        "entries",
        (SIDE_BY_SIDE, "hangs_together"),
    ),
    Mutation(
        "a resolver waits for what hangs together with what another has in work",
        "customer_master/resolver/claims.py",
        "await reached_from(self._connection, taken_by_others) if taken_by_others else set()",
        "taken_by_others",
        (SIDE_BY_SIDE, "hangs_together"),
    ),
    Mutation(
        "a record may be left to another resolver for ever",
        "customer_master/resolver/worker.py",
        "may_leave and all(self._times_left[number] < _MOST_TIMES_LEFT for number in batch)",
        "may_leave",
        (SIDE_BY_SIDE, "again_and_again"),
    ),
    Mutation(
        "two resolvers share few records",
        "customer_master/resolver/worker.py",
        "if may_stand_back and not await queue.is_needed(connection, self._batch_size):",
        "if False:",
        (SIDE_BY_SIDE, "stands_back"),
    ),
    Mutation(
        "the old neighbours of a changed record are out of reach",
        "customer_master/resolver/batch.py",
        "take_reach(changed | touched)",
        "take_reach(changed)",
        (GOLDEN_IDS, "stood_between"),
    ),
    Mutation(
        "keys that a record has lost are not looked at",
        "customer_master/resolver/batch.py",
        "for record in records.values()), *batch.values())",
        "for record in records.values()))",
        (HOT_VALUES, "ordinary_again or miss_no_flip"),
    ),
    Mutation(
        "decisions that leaned on a value stand when it becomes common",
        "customer_master/resolver/common_values.py",
        "await queue.enqueue(connection, [row",
        "await queue.enqueue(connection, [row for row in ()] and [row",
        (HOT_VALUES, "ordinary_again or miss_no_flip"),
    ),
    Mutation(
        "a steward's unlink is not heeded",
        "customer_master/stewardship/facts.py",
        'if fact.effect == "unlink" and fact.left_no in keys',
        'if fact.effect == "no" and fact.left_no in keys',
        (STREAMS, "g8"),
    ),
    Mutation(
        "a decision taken back goes on to hold",
        "customer_master/stewardship/decision_tables.py",
        '"DELETE FROM steward_pairs WHERE decision_id = $1"',
        '"SELECT FROM steward_pairs WHERE decision_id = $1"',
        (STREAMS, "g4"),
    ),
    Mutation(
        "decisions of the machine about a record outlive its change",
        "customer_master/resolver/edges.py",
        "WHERE left_no = ANY($1::bigint[]) OR right_no = ANY($1::bigint[])\nRETURNING",
        "WHERE left_no = ANY($1::bigint[])\nRETURNING",
        (STREAMS, "g4 or g1_the"),
    ),
    Mutation(
        "members are told in the order they are loaded",
        "entity_resolution/survivorship/golden.py",
        "for _, member in sorted({member.key: member for member in members}.items())]",
        "for _, member in {member.key: member for member in members}.items()]",
        (STREAMS, "g1_a or g1_the"),
    ),
    Mutation(
        "the youngest id survives a merge",
        "customer_master/resolver/cluster_ids.py",
        "survivor, *losers = sorted(arriving[cluster])",
        "survivor, *losers = sorted(arriving[cluster], reverse=True)",
        (STREAMS, "g5"),
    ),
    Mutation(
        "a retired customer leaves no tombstone",
        "customer_master/resolver/events.py",
        "for change in changes.golden]",
        'for change in changes.golden if change.state != "retired"]',
        (GOLDEN_IDS, "tombstone"),
    ),
    Mutation(
        "a veto gives way to weight",
        "entity_resolution/contraction.py",
        "vetoed[one] |= vetoed[other]",
        "vetoed[one] &= vetoed[other]",
        (STREAMS, "g7"),
    ),
    Mutation(
        "an erasure leaves the versions that sources sent",
        "customer_master/erasure/scrubbing.py",
        '"DELETE FROM record_versions WHERE record_no = ANY($1::bigint[])"',
        '"DELETE FROM record_versions WHERE record_no = ANY($1::bigint[]) AND version < 0"',
        (ERASURE, "left_in_any_table"),
    ),
    Mutation(
        "an erasure leaves the former golden values",
        "customer_master/erasure/scrubbing.py",
        "WHERE document <> '{}' AND (golden_id",
        "WHERE document = '{}' AND (golden_id",
        (ERASURE, "left_in_any_table"),
    ),
    Mutation(
        "an erasure leaves what was published",
        "customer_master/erasure/carrying_out.py",
        'removed["events"] += await forget_published_raw(connection, ended, _SOURCE, at)',
        'removed["events"] += await forget_published_raw(connection, ended[:0], _SOURCE, at)',
        (ERASURE, "tombstones_alone"),
    ),
    Mutation(
        "who was erased may come back",
        "customer_master/erasure/carrying_out.py",
        "await blocks.store(connection, erasure_id, await _fingerprints(records))",
        "await blocks.store(connection, erasure_id, set())",
        (ERASURE, "do_not_come_back"),
    ),
    Mutation(
        "values are ranked worst first",
        "entity_resolution/survivorship/ranking.py",
        "ranked.sort(key=lambda one: one.scores, reverse=True)",
        "ranked.sort(key=lambda one: one.scores)",
        (SURVIVORSHIP, "beats or whole_name"),
    ),
    Mutation(
        "weights are added with fractions",
        "entity_resolution/weighing.py",
        "        weight += tables.weights[field][column]",
        "        weight = weight + tables.weights[field][column] * 1.001",
        (SEARCH_AND_EXPLAIN, "add_up"),
    ),
    Mutation(
        "the laxer consent holds",
        "entity_resolution/survivorship/consents.py",
        "if grant.is_granted and all(_is_surely_newer",
        "if grant.is_granted or all(_is_surely_newer",
        (CONSENTS, "withdrawal"),
    ),
    Mutation(
        "a wider withdrawal does not reach a channel",
        "entity_resolution/survivorship/consents.py",
        'for wider in {scope, (purpose, ""), ("", channel), ("", "")}',
        "for wider in {scope}",
        (CONSENTS, "all_channels or everything"),
    ),
    Mutation(
        "an explanation leaves out the first step",
        "entity_resolution/explain.py",
        "for part in decision.contributions:",
        "for part in decision.contributions[1:]:",
        (SEARCH_AND_EXPLAIN, "add_up"),
    ),
)
