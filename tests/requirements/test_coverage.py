"""`docs/coverage.md` stays true: every requirement once, what it points at exists, and what lacks a test says why."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
NUMBERS = [
    f"R{number}{letter}"
    for number in range(1, 120)
    for letter in {66: ("", "a", "b"), 80: ("", "a", "b"), 113: ("", "a", "b", "c")}.get(number, ("",))
]
NOT_YET = "not yet: "
QUOTED = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """A line of the table."""

    number: str
    requirement: str
    where: str
    shown_by: str


def rows() -> Iterator[Row]:
    for line in (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| R"):
            yield Row(*(cell.strip() for cell in line.strip("|").split("|")))


ROWS = list(rows())


def test_every_requirement_stands_there_once_and_in_order() -> None:
    assert [row.number for row in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_what_a_line_points_at_exists(row: Row) -> None:
    assert row.requirement
    if row.where.startswith(NOT_YET):
        assert len(row.where) > len(NOT_YET) + 10, "say why not"
        assert row.shown_by == "-"
        return
    assert QUOTED.findall(row.where), "name a file"
    for path in QUOTED.findall(row.where):
        assert (ROOT / path).exists(), path
    assert QUOTED.findall(row.shown_by), "name a test"
    for test in QUOTED.findall(row.shown_by):
        path, _, function = test.partition("::")
        assert (ROOT / path).exists(), path
        if function:
            assert re.search(rf"def {function}\b", (ROOT / path).read_text(encoding="utf-8")), test


VOICES = [10, 20, *range(34, 41), *range(82, 100), 102, 104]
"""The requirements in the words of those who have them: each is told as a scenario, on the whole platform."""
SCENARIOS = ROOT / "tests" / "scenarios"


@pytest.mark.parametrize("number", [f"R{number}" for number in VOICES])
def test_each_voice_is_told_as_a_scenario(number: str) -> None:
    """The first line of a scenario says whose voice it is; the line here names that file as what shows it."""
    telling = [
        f"tests/scenarios/{file.name}"
        for file in SCENARIOS.glob("test_*.py")
        if re.search(rf"\b{number}\b", file.read_text(encoding="utf-8").partition("\n")[0])
    ]
    assert telling, "no scenario tells it"
    (row,) = (row for row in ROWS if row.number == number)
    assert set(telling) & set(QUOTED.findall(row.shown_by)), f"shown by {', '.join(telling)}"
