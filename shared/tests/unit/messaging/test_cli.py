"""The command line: what other packages add, and which broker a command finds."""

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from isthmus.cli import main
from isthmus.cli.broker import find_bootstrap_servers

group = typer.Typer()


@group.command()
def inside() -> None:
    typer.echo("inside the group")


@group.command()
def other() -> None:
    typer.echo("other")


def single(number: int) -> None:
    typer.echo(f"number {number}")


def test_entry_points_become_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("many", f"{__name__}:group", main.COMMANDS_GROUP),
        EntryPoint("one", f"{__name__}:single", main.COMMANDS_GROUP),
    ]
    loaded = {"many": group, "one": single}
    monkeypatch.setattr(EntryPoint, "load", lambda self: loaded[self.name])
    monkeypatch.setattr(main, "entry_points", lambda **_selection: points)
    app = main.make_app()

    assert CliRunner().invoke(app, ["many", "inside"]).stdout == "inside the group\n"
    assert CliRunner().invoke(app, ["one", "7"]).stdout == "number 7\n"
    assert "dlq" in CliRunner().invoke(app, ["--help"]).stdout


def test_the_broker_is_the_one_named_else_the_environments_else_the_running_instances(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"kafka": "running:3"}))
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "environment:2")
    assert find_bootstrap_servers("named:1") == "named:1"
    assert find_bootstrap_servers(None) == "environment:2"
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS")
    assert find_bootstrap_servers(None) == "running:3"


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_without_any_broker_the_command_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    with pytest.raises(typer.BadParameter, match="KAFKA_BOOTSTRAP_SERVERS"):
        find_bootstrap_servers(None)
