import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from isthmus_local.instance import Instance
from isthmus_local.run_file import ClientLogin, RunFile, RunningProcess, UserLogin
from isthmus_local.summary import first_call, show_summary


@pytest.fixture
def run() -> RunFile:
    return RunFile(
        gateway="http://127.0.0.1:8080",
        clients={"hq": ClientLogin("hq", "s3cret")},
        users={"agent": UserLogin("agent", "pass")},
        kafka="127.0.0.1:9092",
        databases={"sales": "postgresql://sales:x@127.0.0.1:8090/sales"},
        cti_secret="of the telephone system",
        processes={"sales": RunningProcess(17, "http://127.0.0.1:8082", "/logs/sales.log")},
    )


def test_the_file_has_the_published_form_and_is_private(tmp_path: Path, run: RunFile) -> None:
    run.write(tmp_path)
    path = tmp_path / "run.json"
    assert path.stat().st_mode & 0o777 == 0o600
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"gateway", "clients", "users", "kafka", "databases", "cti_secret", "processes"}
    assert content["clients"]["hq"] == {"client_id": "hq", "client_secret": "s3cret"}
    assert content["users"]["agent"] == {"username": "agent", "password": "pass"}
    assert content["processes"]["sales"] == {"pid": 17, "url": "http://127.0.0.1:8082", "log": "/logs/sales.log"}


def test_it_reads_back_as_written_and_leaves_no_part_behind(tmp_path: Path, run: RunFile) -> None:
    run.write(tmp_path)
    run.processes["sales"].pid = 18
    run.write(tmp_path)
    assert RunFile.read(tmp_path) == run
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_the_first_call_names_gateway_and_secret(run: RunFile) -> None:
    text = first_call(run)
    assert "http://127.0.0.1:8080/oauth/token" in text
    assert "client_secret=s3cret" in text


@pytest.mark.parametrize("demo", [True, False])
def test_without_the_demo_data_the_first_call_says_that_it_finds_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: RunFile, *, demo: bool
) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    shown = StringIO()
    show_summary(run, Instance.from_environment(), Console(file=shown, width=200), demo=demo)
    assert ("finds nobody" in shown.getvalue()) is not demo
