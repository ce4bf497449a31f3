"""`isthmus evaluate`: figures of a small labelled file, the worst pairs, and faults told by line and field."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from customer_master.cli import evaluate as evaluate_module
from customer_master.cli.evaluate import evaluate

APP = typer.Typer()
APP.command()(evaluate)


def record(number: int, name: str, phone: str, **more: Any) -> dict[str, Any]:
    return {
        "source": "hq:crm",
        "record_id": str(number),
        "name": {"full": name},
        "phones": [{"value": phone}],
        **more,
    }


RECORDS = [
    record(1, "欧阳靖宇", "13800138001"),
    record(2, "OUYANG JINGYU", "13800138001"),
    record(3, "王小丽", "13912345679"),
    record(4, "李秀英", "13912345679"),
]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return write(tmp_path / "records.ndjson", RECORDS)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text("source,record_id,customer\nhq:crm,1,a\nhq:crm,2,a\nhq:crm,3,b\nhq:crm,4,b\n", encoding="utf-8")
    return path


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    # Wide enough that no frame breaks the path of a temporary folder.
    return CliRunner(env={"COLUMNS": "500"}).invoke(APP, [str(argument) for argument in arguments])


def told(result: Result) -> str:
    """The message of a refused command, without the frame and its line breaks."""
    assert result.exit_code == 2, result.output
    return " ".join(result.stderr.replace("│", " ").split())


def test_the_figures_as_json(records: Path, truth: Path) -> None:
    figures = json.loads(run(records, truth, "--json").stdout)
    assert figures["records"] == 4
    assert figures["clusters"] == 3
    assert figures["pairs"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert figures["losses"] == {"missed": {"possible": 1}, "false": {}}


def test_the_figures_as_a_table(records: Path, truth: Path) -> None:
    output = run(records, truth).stdout
    assert "4 records of 2 customers in 3 clusters" in output
    assert "B-cubed" in output
    assert "possible" in output


def test_losses_are_written_with_keys_and_levels(records: Path, truth: Path, tmp_path: Path) -> None:
    assert run(records, truth, "--losses", tmp_path / "losses.ndjson").exit_code == 0
    (line,) = (tmp_path / "losses.ndjson").read_text(encoding="utf-8").splitlines()
    example = json.loads(line)
    assert (example["kind"], example["left"], example["right"]) == ("missed", "hq:crm/3", "hq:crm/4")
    assert (example["levels"]["phone"], example["levels"]["name"]) == ("same", "other_surname")


def test_the_truth_may_be_ndjson(records: Path, tmp_path: Path) -> None:
    rows = [{"source": "hq:crm", "record_id": str(number), "customer": "a"} for number in (1, 2)]
    figures = json.loads(run(records, write(tmp_path / "truth.ndjson", rows), "--json").stdout)
    assert figures["records"] == 2
    assert figures["pairs"]["f1"] == 1


def test_the_newest_version_of_a_record_counts(truth: Path, tmp_path: Path) -> None:
    stale = record(2, "赵大海", "13611112222", version=1)
    versions = [RECORDS[0], RECORDS[1] | {"version": 2}, *RECORDS[2:], stale]
    figures = json.loads(run(write(tmp_path / "versions.ndjson", versions), truth, "--json").stdout)
    assert figures["pairs"]["recall"] == 0.5


def test_a_crosswalk_is_scored_as_it_is(truth: Path, tmp_path: Path) -> None:
    links = {"1": "x", "2": "x", "3": "x", "4": "y"}
    rows = [{"source": "hq:crm", "record_id": record_id, "golden_id": golden} for record_id, golden in links.items()]
    crosswalk = write(tmp_path / "crosswalk.ndjson", rows)
    figures = json.loads(run(truth, "--crosswalk", crosswalk, "--json").stdout)
    assert figures["largest_false_cluster"] == 3
    assert "losses" not in figures


def test_the_crosswalk_of_the_running_instance(truth: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FakeGateway:
        @asynccontextmanager
        async def connect(self) -> AsyncIterator["FakeGateway"]:
            yield self

        @asynccontextmanager
        async def request(self, _method: str, path: str) -> AsyncIterator["FakeGateway"]:
            assert path == "/v1/crosswalk"
            yield self

        async def read(self) -> bytes:
            rows = [{"source": "hq:crm", "record_id": str(number), "golden_id": "x"} for number in range(1, 5)]
            return "\n".join(map(json.dumps, rows)).encode()

    monkeypatch.setattr(evaluate_module, "Gateway", FakeGateway())
    assert json.loads(run(truth, "--crosswalk", "live", "--json").stdout)["clusters"] == 1


def test_a_fault_in_a_record_is_told_by_line_and_field(truth: Path, tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong.ndjson", [RECORDS[0], {"record_id": "2"}])
    assert "wrong.ndjson line 2: source: Field required" in told(run(wrong, truth))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source,record_id\nhq:crm,1\n", "line 2: customer: a text is needed"),
        ("source,record_id,customer\nhq:crm,1,a\nhq:crm,1,b\n", "line 3: customer: record hq:crm/1 has another"),
        ("source,record_id,customer\n", "labels no record"),
        ("source,record_id,customer\nhq:crm,9,a\n", "the first is hq:crm/9"),
    ],
    ids=["no column", "two customers", "empty", "unknown record"],
)
def test_a_fault_in_the_truth_is_told(records: Path, tmp_path: Path, text: str, message: str) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(text, encoding="utf-8")
    assert message in told(run(records, truth))


def test_an_unresolved_record_is_told(truth: Path, tmp_path: Path) -> None:
    rows = [{"source": "hq:crm", "record_id": str(number), "golden_id": None} for number in range(1, 5)]
    assert "not resolved yet" in told(run(truth, "--crosswalk", write(tmp_path / "crosswalk.ndjson", rows)))


def test_truth_alone_needs_a_crosswalk(truth: Path) -> None:
    assert "--crosswalk and TRUTH" in told(run(truth))


def test_a_model_that_is_none_is_told(records: Path, truth: Path, tmp_path: Path) -> None:
    model = write(tmp_path / "model.json", [{}])
    assert "is no match model" in told(run(records, truth, "--model", model))
