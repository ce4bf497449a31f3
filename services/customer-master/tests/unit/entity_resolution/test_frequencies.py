"""A name that many bear weighs less than a rare one."""

from itertools import pairwise
from typing import Any

import pytest

from entity_resolution.compare import compare_pairs
from entity_resolution.frequencies import TermFrequencies, frequency_level
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()


def weight(name: dict[str, Any]) -> int:
    """Give what two records with the same name weigh."""
    records = [standardize(RecordKey("hq:crm", record_id), {"name": name}) for record_id in ("a", "b")]
    return compare_pairs([(records[0], records[1])], MODEL)[0].weight


@pytest.mark.parametrize(
    ("common", "rare"),
    [
        ({"full": "王伟"}, {"full": "欧阳靖宇"}),
        ({"full": "王伟"}, {"full": "王翯翀"}),
    ],
)
def test_a_common_name_weighs_less(common: dict[str, Any], rare: dict[str, Any]) -> None:
    assert weight(common) < weight(rare)


def test_levels_are_powers_of_ten_and_weigh_more_the_rarer() -> None:
    levels = [frequency_level(10.0**-power) for power in range(9)]
    assert levels[0] == "one_in_10"
    assert levels[3] == "one_in_1_000"
    assert levels[-1] == "one_in_10_million"
    weights = [MODEL.weights["name_frequency"][level] for level in levels]
    assert all(more_common <= rarer for more_common, rarer in pairwise(weights))


def test_a_model_may_bear_its_own_tables() -> None:
    empty = {"unlisted": 100, "values": {}}
    names = (
        "han_family",
        "han_given",
        "han_given_character",
        "latin_family",
        "latin_given",
        "latin_city",
        "organization_word",
    )
    tables = TermFrequencies.from_json({"per_million": dict.fromkeys(names, empty)})
    assert tables.latin_name("SMITH", "") == tables.latin_name("FEATHERSTONEHAUGH", "") == pytest.approx(1e-4)
