"""The picture of an explanation: well-formed whatever the values hold, bounded, labelled in two languages."""

from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.compare import compare_pairs
from entity_resolution.explain import compared_values, path_between, shared_keys, waterfall
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize
from entity_resolution.waterfall_chart import MOST_PAIRS, Language, waterfall_svg

MODEL = MatchModel.load()


def record(record_id: str, **body: Any) -> StandardRecord:
    return standardize(RecordKey("hq:crm", record_id), body)


def pair(left: StandardRecord, right: StandardRecord) -> dict[str, Any]:
    decided = waterfall(compare_pairs([(left, right)], MODEL)[0])
    return decided | {"values": (compared_values(left), compared_values(right)), "verdict": "一"}


def texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]  # noqa: S314 - our own


def draw(pairs: list[dict[str, Any]], language: Language) -> list[str]:
    return texts(waterfall_svg("title", pairs, MODEL.thresholds.link, language))


@given(st.text(), st.text())
def test_any_text_makes_a_well_formed_picture(name: str, record_id: str) -> None:
    shown = pair(record(record_id or "1", name={"full": name}), record("2", name={"full": f"<&{name}"}))
    waterfall_svg(name, [shown], 1000, "zh")
    assert draw([shown], "en")


def test_every_step_is_drawn_with_its_weight_in_the_language_asked_for() -> None:
    left = record("1", name={"full": "王伟"}, phones=[{"value": "13800138001"}])
    shown = pair(left, record("2", name={"full": "王伟"}, phones=[{"value": "13800138001"}]))

    chinese, english = draw([shown], "zh"), draw([shown], "en")

    assert {"先验", "电话", "姓名频度", "千分之一", "合计", "+6.0"} <= set(chinese)
    assert {"prior", "phone", "name frequency", "one in 1 000", "total", "+6.0", "+8613800138001"} <= set(english)


def test_many_pairs_and_long_values_are_cut() -> None:
    long = record("1", emails=[{"value": f"someone-{number}@example.com"} for number in range(50)])
    drawn = draw([pair(long, record("2", emails=[{"value": "x@example.com"}]))] * (MOST_PAIRS + 3), "en")
    assert "3 more pairs not shown" in drawn
    assert max(map(len, drawn)) < 150


def test_keys_in_common_are_those_both_hold() -> None:
    left = record("1", name={"full": "王伟"}, phones=[{"value": "13800138001"}], emails=[{"value": "a@example.com"}])
    right = record("2", name={"full": "李娜"}, phones=[{"value": "13800138001"}], emails=[{"value": "b@example.com"}])
    assert [key.kind for key in shared_keys(left, right, MODEL)] == ["phone", "masked_phone"]


def test_the_path_leads_over_the_fewest_links() -> None:
    keys = {name: RecordKey("hq:crm", name) for name in "abcde"}

    chain = [(keys[left], keys[right]) for left, right in ("ab", "bc", "cd", "bd")]
    assert path_between(keys["a"], keys["d"], chain) == [keys["a"], keys["b"], keys["d"]]
    assert path_between(keys["a"], keys["e"], chain) == []
