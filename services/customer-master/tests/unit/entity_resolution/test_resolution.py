"""The whole resolution of a set of records: what is common among them proposes nobody, order does not show."""

from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()


def person(record_id: str, name: str, phone: str) -> StandardRecord:
    return standardize(RecordKey("hq:crm", record_id), {"name": name, "phones": [{"value": phone}]})


def sizes(records: list[StandardRecord]) -> list[int]:
    return sorted(len(cluster) for cluster in resolve(records, MODEL).partition.clusters)


def test_records_of_one_person_are_one_customer_and_strangers_are_not() -> None:
    records = [
        person("1", "欧阳靖宇", "13800138001"),
        person("2", "OUYANG JINGYU", "+86 138 0013 8001"),
        person("3", "王小丽", "13912345679"),
    ]
    assert sizes(records) == [1, 2]


def test_a_number_of_many_strangers_links_none_of_them() -> None:
    names = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "赵磊", "周敏"]
    records = [person(str(number), name, "13800138001") for number, name in enumerate(names)]
    found = resolve(records, MODEL)
    assert [len(cluster) for cluster in found.partition.clusters] == [1] * len(names)
    assert ("phone", "+8613800138001") in {(key.kind, key.value) for key in found.set_aside}


def test_the_order_of_records_does_not_show() -> None:
    records = [person(str(number), "欧阳靖宇", f"1380013800{number % 3}") for number in range(9)]
    shuffled = records[4:] + records[3::-1]
    assert resolve(records, MODEL) == resolve(shuffled, MODEL)
