"""Which shared values are generic."""

from dataclasses import replace

from entity_resolution.hubs import is_generic
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
STRANGERS = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "赵磊", "周敏"]
FIRM = "上海华鑫物流有限公司"


def named(*names: str) -> list[StandardRecord]:
    return [standardize(RecordKey("hq:crm", str(number)), {"name": name}) for number, name in enumerate(names)]


def test_a_number_of_many_strangers_is_generic() -> None:
    assert is_generic(named(*STRANGERS), MODEL)


def test_a_family_is_no_hub() -> None:
    assert not is_generic(named(*STRANGERS[:5], "王先生", "WANG JIANGUO", "王**"), MODEL)


def test_a_firms_own_number_is_no_hub_though_its_drivers_use_it() -> None:
    assert not is_generic(named(*STRANGERS, *[FIRM] * 10), MODEL)


def test_a_value_of_too_many_records_is_generic_whatever_they_are_called() -> None:
    few = replace(MODEL, hubs=replace(MODEL.hubs, records=3))
    assert is_generic(named(*[FIRM] * 4), few)
    assert not is_generic(named(*[FIRM] * 3), few)
