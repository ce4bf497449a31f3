"""`isthmus train`: writes a model that can be used, its report and its chart; says why when nothing can be learned."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from customer_master.cli.train import train_command
from customer_master.match_model import load_model

APP = typer.Typer()
APP.command()(train_command)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def write(path: Path, count: int) -> Path:
    names = ("欧阳靖宇", "王小丽", "李建国", "张秀英")
    rows = (
        {
            "source": "hq:crm",
            "record_id": str(number),
            "name": {"full": names[number % len(names)]},
            "phones": [{"value": f"138001380{number % 17:02d}"}],
        }
        for number in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_model_report_and_chart_are_written(tmp_path: Path) -> None:
    output = tmp_path / "model.json"
    result = run(write(tmp_path / "records.ndjson", 40), "--output", output)
    assert result.exit_code == 0, result.output
    version = load_model(output).version
    assert version in result.stdout
    assert version in (tmp_path / "model.report.md").read_text(encoding="utf-8")
    assert (tmp_path / "model.weights.svg").read_bytes().startswith(b"<svg")


def test_a_trained_model_can_be_trained_further(tmp_path: Path) -> None:
    records, first, second = write(tmp_path / "records.ndjson", 40), tmp_path / "first.json", tmp_path / "second.json"
    run(records, "--output", first)
    assert run(records, "--output", second, "--base", first).exit_code == 0
    assert json.loads(second.read_bytes())["base_version"] == load_model(first).version


@pytest.mark.parametrize(("count", "message"), [(1, "too few to learn from"), (0, "too few to learn from")])
def test_too_few_records_are_told(tmp_path: Path, count: int, message: str) -> None:
    result = run(write(tmp_path / "records.ndjson", count), "--output", tmp_path / "model.json")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "model.json").exists()
