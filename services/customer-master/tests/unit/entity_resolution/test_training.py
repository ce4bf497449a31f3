"""Training recovers what was planted, gives the same bytes in any order, and knows what it cannot know."""

import json
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from isthmus_demo import identifiers

from entity_resolution.model import DEFAULT_MODEL, MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize
from entity_resolution.training import Trained, report_page, train, weights_svg

BASE: dict[str, Any] = json.loads((files("entity_resolution") / DEFAULT_MODEL).read_text(encoding="utf-8"))
FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇芳娜敏静丽艳娟霞秀英"
CUSTOMERS = 250


def trained(records: list[StandardRecord]) -> Trained:
    return train(records, BASE)


def market(*, wrong_gender: float = 0.0, wife_calls: float = 0.0, has_id: bool = True) -> list[StandardRecord]:
    """Two records of each customer on one phone; the second may have the wrong gender, or another name."""
    random = Random(7)  # noqa: S311 - seeded
    records = []
    for number in range(CUSTOMERS):
        phone = identifiers.mobile(random)
        name = random.choice(FAMILIES) + random.choice(GIVEN) + random.choice(GIVEN)
        for visit in range(2):
            body: dict[str, Any] = {"name": name, "phones": [{"value": phone}], "gender": "male"}
            if has_id:
                body["identifiers"] = [{"type": "ssn", "value": f"219-09-{1000 + 17 * number}"}]
            if visit and random.random() < wrong_gender:
                body["gender"] = "female"
            if visit and random.random() < wife_calls:
                body["name"] = random.choice(FAMILIES) + random.choice(GIVEN) + random.choice(GIVEN)
            records.append(standardize(RecordKey("hq:crm", f"{number}-{visit}"), body))
    return records


@cache
def couples() -> Trained:
    return trained(market(wife_calls=0.5))


def test_the_order_of_records_does_not_show_in_a_byte() -> None:
    records = market(wife_calls=0.3)
    shuffled = records.copy()
    Random(1).shuffle(shuffled)  # noqa: S311 - seeded
    assert json.dumps(trained(records).document) == json.dumps(trained(shuffled).document)


def test_the_result_is_a_model_whose_version_stands_for_its_content() -> None:
    model = MatchModel.from_json(couples().document)
    assert model.version.startswith(f"{BASE['version']}+trained.")
    assert couples().document["base_version"] == BASE["version"]
    assert trained(market(wife_calls=0.1)).document["version"] != model.version


def test_all_weights_are_integers() -> None:
    document = couples().document
    assert all(isinstance(weight, int) for levels in document["fields"].values() for weight in levels.values())
    assert all(isinstance(cell["adjust"], int) for cell in document["patterns"]["cells"])


def test_another_name_on_a_phone_weighs_more_where_papers_show_it_is_the_same_customer() -> None:
    (cell,) = [one for one in couples().report.cells if one.groups == {"name": "other", "phone": "same"}]
    assert cell.same == cell.labels > 90
    assert cell.adjust > 1000


def test_the_slips_of_a_planted_field_are_found() -> None:
    weights = trained(market(wrong_gender=0.2)).document["fields"]["gender"]
    # In one of five pairs of a customer the gender differs, nearly as often among strangers: no evidence either way.
    assert abs(weights["other"]) < 600
    assert trained(market()).document["fields"]["gender"]["other"] < weights["other"]


def test_an_identifier_that_contradicts_the_sure_pairs_loses_its_veto() -> None:
    random = Random(3)  # noqa: S311 - seeded
    records = market(has_id=False)
    careless = [
        standardize(
            record.key,
            {
                "name": record.names[0].text,
                "phones": [{"value": record.phones[0].number}],
                "identifiers": [{"type": "ssn", "value": f"219-{random.randint(10, 99)}-{random.randint(1000, 9999)}"}],
            },
        )
        for record in records
    ]
    found = trained(careless)
    assert found.report.dirty_identifiers == ["ssn"]
    assert "ssn" not in found.document["exclusive_identifiers"]
    assert "ssn" in found.document["document_identifiers"]


def test_without_exclusive_identifiers_it_learns_by_expectation_maximisation() -> None:
    found = trained(market(has_id=False))
    assert found.report.method == "expectation maximisation"
    assert found.report.cells == []
    # One pair in 499 of all possible ones is a customer: log(1/498).
    assert found.document["prior"] == pytest.approx(-6211, abs=300)
    assert found.document["fields"]["phone"]["same"] > BASE["fields"]["phone"]["same"]


def test_names_are_counted_once_a_customer_and_thin_counts_stay_with_the_base() -> None:
    tables = couples().document["frequencies"]["per_million"]
    shipped = MatchModel.from_json(BASE).frequencies
    assert tables["han_family"]["values"] == shipped.han_family.values


def test_too_few_records_are_refused() -> None:
    with pytest.raises(ValueError, match="1 records are too few"):
        trained(market()[:1])


def test_strangers_alone_teach_nothing_and_do_no_harm() -> None:
    found = trained(market()[::2][:20])
    assert found.report.labels_same == 0
    assert found.document["fields"] == BASE["fields"]


def test_the_report_says_what_was_learned_and_the_chart_shows_it() -> None:
    report = couples().report
    page = report_page(report, "chart.svg")
    assert f"| natural labels: same, different | {report.labels_same}, {report.labels_different} |" in page
    assert "name:other phone:same" in page
    picture = ET.fromstring(weights_svg("weights", report.changes))  # noqa: S314 - our own picture
    told = {element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"gender", "birth date", "other surname"} <= told
