"""Scores on examples computed by hand; losses told by where the pair was lost."""

from fractions import Fraction

import pytest

from entity_resolution.evaluation import Loss, Score, losses, score
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()


def key(record_id: str) -> RecordKey:
    return RecordKey("hq:crm", record_id)


def keys(record_ids: str) -> frozenset[RecordKey]:
    return frozenset(map(key, record_ids))


def truth(*customers: str) -> dict[RecordKey, str]:
    return {key(record_id): customer[0] for customer in customers for record_id in customer}


def test_scores_of_a_split_and_a_merge() -> None:
    # True: {abcd} {ef} {g}. Found: {abc} {def} {g}.
    found = score([keys("abc"), keys("def"), keys("g")], truth("abcd", "ef", "g"))
    assert found.pairs == Score(Fraction(4, 6), Fraction(4, 7))
    # Purity 3/3 of a, b, c; 1/3 of d; 2/3 of e, f; 1 of g. Completeness 3/4 of a, b, c; 1/4 of d; 1 of e, f, g.
    assert found.b_cubed == Score(Fraction(17, 21), Fraction(11, 14))
    assert (found.records, found.customers, found.clusters) == (7, 3, 3)
    assert (found.missed_pairs, found.false_pairs, found.largest_false_cluster) == (3, 2, 3)
    assert found.pairs.f1 == Fraction(8, 13)


def test_the_truth_scores_one_and_has_no_false_cluster() -> None:
    found = score([keys("abcd"), keys("ef"), keys("g")], truth("abcd", "ef", "g"))
    assert found.pairs == found.b_cubed == Score(Fraction(1), Fraction(1))
    assert found.largest_false_cluster == 0


def test_all_apart_is_precise_and_finds_nothing() -> None:
    found = score([], truth("abcd"))
    assert found.pairs == Score(Fraction(1), Fraction(0))
    assert found.b_cubed == Score(Fraction(1), Fraction(1, 4))
    assert found.pairs.f1 == 0


def test_records_without_a_label_do_not_count() -> None:
    assert score([keys("abxyz"), keys("c")], truth("abc")) == score([keys("ab"), keys("c")], truth("abc"))


def test_a_record_in_two_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="hq:crm/a is in two clusters"):
        score([keys("ab"), keys("ac")], truth("abc"))


def person(record_id: str, name: str, phone: str, resident_id: str = "") -> StandardRecord:
    identifiers = [{"type": "cn_resident_id", "value": resident_id}] if resident_id else []
    body = {"name": name, "phones": [{"value": phone}], "identifiers": identifiers}
    return standardize(key(record_id), body)


def lost(records: list[StandardRecord], *customers: str) -> list[Loss]:
    return losses(resolve(records, MODEL), records, truth(*customers), MODEL)


def test_a_pair_that_shares_no_key_never_met() -> None:
    (loss,) = lost([person("a", "欧阳靖宇", "13800138001"), person("b", "王小丽", "13912345679")], "ab")
    assert (loss.kind, loss.reason) == ("missed", "never_met")
    assert {"phone", "name"} <= {part.field for part in loss.decision.contributions}


def test_a_pair_with_two_resident_ids_was_vetoed() -> None:
    one = person("a", "欧阳靖宇", "13800138001", "11010519491231002X")
    other = person("b", "欧阳靖宇", "13800138001", "440524188001010014")
    (loss,) = lost([one, other], "ab")
    assert (loss.kind, loss.reason) == ("missed", "vetoed")


def test_another_name_on_the_same_phone_was_met_and_judged_possible() -> None:
    (loss,) = lost([person("a", "欧阳靖宇", "13800138001"), person("b", "王小丽", "13800138001")], "ab")
    assert (loss.kind, loss.reason) == ("missed", "possible")


def test_a_false_pair_is_told_by_its_rule() -> None:
    (loss,) = lost([person("a", "欧阳靖宇", "13800138001"), person("b", "欧阳靖宇", "13800138001")], "a", "b")
    assert (loss.kind, loss.reason) == ("false", "phone_and_name")


def test_false_pairs_stand_first_the_least_certain_before_all() -> None:
    records = [
        person("a", "欧阳靖宇", "13800138001"),
        person("b", "欧阳靖宇", "13800138001"),
        person("c", "欧阳先生", "13800138001"),
        person("d", "王小丽", "13912345679"),
    ]
    found = lost(records, "ad", "b", "c")
    assert [loss.kind for loss in found] == ["false", "false", "false", "missed"]
    weights = [loss.decision.weight for loss in found if loss.kind == "false"]
    assert weights == sorted(weights)
