"""Sets to measure matching by: reproducible, labelled, and with the traits that make matching hard."""

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import orjson
import pytest
from isthmus_demo.__main__ import app
from isthmus_demo.population import populate
from isthmus_demo.records import LAST_DAY, Dirtiness, labelled_set
from typer.testing import CliRunner


@cache
def text(dirtiness: Dirtiness) -> str:
    return "\n".join(orjson.dumps(record.body).decode() for record in labelled_set(2, 600, dirtiness))


def test_the_same_arguments_give_the_same_set() -> None:
    assert labelled_set(5, 100, Dirtiness.FILTHY) == labelled_set(5, 100, Dirtiness.FILTHY)
    assert labelled_set(5, 100, Dirtiness.FILTHY) != labelled_set(6, 100, Dirtiness.FILTHY)


def test_each_record_stands_in_its_latest_version_only() -> None:
    records = labelled_set(1, 200, Dirtiness.USUAL)
    assert len({(record.body["source"], record.body["record_id"]) for record in records}) == len(records)


@pytest.mark.parametrize("dirtiness", Dirtiness)
def test_a_customer_has_about_four_records(dirtiness: Dirtiness) -> None:
    records = labelled_set(1, 800, dirtiness)
    assert 3 < len(records) / len({record.customer for record in records}) < 5


@pytest.mark.parametrize(
    "trait",
    [
        r'"full":"[老小][^"]{1,2}"',  # 老张
        r'"full":"[^"]{1,2}(先生|女士|总|经理|小姐)"',
        r'"full":"[^"]\*+"',
        r'"full":"[A-Z]+ [A-Z]+"',
        r'"full":"(阿.|.哥|.姐)"',
        r'"full":"(客户|车主|未知|匿名)"',
        r'"value":"1\d{10}/1\d{10}"',  # two numbers in a field
        r'"value":"1\d{2}\*{4}\d{4}"',
        r'"value":"1(\d{9}|\d{11})"',  # a digit missing
        r'"value":"\d{6}\*{8}',
        r'"value":"\d{15}"',
        r'"plate":"(未上牌|无|临牌|新车)"',
        r'"vin":"[^"]{8}"',
    ],
)
def test_a_filthy_set_shows_the_trait_and_shows_it_more_often_than_a_clean_one(trait: str) -> None:
    filthy, clean = (len(re.findall(trait, text(level))) for level in (Dirtiness.FILTHY, Dirtiness.CLEAN))
    assert filthy > clean


def test_households_share_numbers_and_given_up_numbers_return() -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for person in populate(3, 800, LAST_DAY).persons:
        for tenure in person.phones:
            holders[tenure.value].add(person.household)
    shared = Counter(len(households) for households in holders.values())
    assert shared[2] > 5
    assert any(person.shares_phone for person in populate(3, 800, LAST_DAY).persons)


def test_firms_have_names_of_their_own_though_some_are_alike() -> None:
    firms = populate(3, 3000, LAST_DAY).organisations
    assert len({firm.full_name for firm in firms}) == len(firms)
    assert len({firm.short_name for firm in firms}) < len(firms)


def test_a_firm_has_records_under_its_drivers_names() -> None:
    records = labelled_set(4, 800, Dirtiness.FILTHY)
    short = [r for r in records if r.customer.startswith("organisation") and len(r.body["name"].get("full", "")) == 3]
    assert any("party_type" not in record.body for record in short)


def test_the_command_writes_records_and_truth(tmp_path: Path) -> None:
    arguments = ["records", "--seed", "3", "--customers", "50", "--dirtiness", "filthy", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    lines = (tmp_path / "records.ndjson").read_bytes().splitlines()
    keys = {(record["source"], record["record_id"]) for record in map(orjson.loads, lines)}
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert {(row["source"], row["record_id"]) for row in rows} == keys
    assert not any(row["customer"].encode() in line for row in rows for line in lines)
