"""`isthmus load`: whole lines in pieces, each upload remembered, errors told with the line of the file."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from customer_master.cli import load as load_module
from customer_master.cli.load import load


class FakeGateway:
    """Takes uploads until it is told to fail."""

    url = "http://gateway"

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.fail_after = 10**9

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["FakeGateway"]:
        yield self

    @asynccontextmanager
    async def request(self, _method: str, _path: str, *, data: bytes, **_options: Any) -> AsyncIterator["FakeGateway"]:
        if len(self.lines) >= self.fail_after:
            raise aiohttp.ClientPayloadError
        self.taken = data.splitlines()
        self.lines += self.taken
        yield self

    async def json(self) -> dict[str, Any]:
        wrong = [number for number, line in enumerate(self.taken, start=1) if line.startswith(b"wrong")]
        errors = [{"line": number, "pointer": "", "message": "wrong"} for number in wrong]
        return {
            "stored": len(self.taken) - len(wrong),
            "repeated": 0,
            "outdated": 0,
            "rejected": len(wrong),
            "errors": errors,
        }


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    fake = FakeGateway()
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    monkeypatch.setattr(load_module, "Gateway", fake)
    monkeypatch.setattr(load_module, "_PIECE_BYTES", 20)
    return fake


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "records.ndjson"
    path.write_bytes(b"".join(b"line %d of ten\n" % number for number in range(10)))
    return path


def test_every_line_is_uploaded_once_and_whole(gateway: FakeGateway, file: Path) -> None:
    load(file)
    assert gateway.lines == file.read_bytes().splitlines()


def test_broken_off_it_goes_on_where_it_was(gateway: FakeGateway, file: Path) -> None:
    gateway.fail_after = 4
    with pytest.raises(load_module.typer.Exit):
        load(file)
    assert len(gateway.lines) == 4

    gateway.fail_after = 10**9
    load(file)
    assert gateway.lines == file.read_bytes().splitlines()


def test_restart_begins_anew(gateway: FakeGateway, file: Path) -> None:
    load(file)
    load(file)
    assert len(gateway.lines) == 10
    load(file, restart=True)
    assert len(gateway.lines) == 20


def test_errors_name_the_line_of_the_file(gateway: FakeGateway, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(b"good\n" * 7 + b"wrong\n" + b"good\n")
    with pytest.raises(load_module.typer.Exit) as ended:
        load(file)
    assert ended.value.exit_code == 2
    assert "line 8:" in capsys.readouterr().err


def test_another_gateway_knows_nothing_of_it(gateway: FakeGateway, file: Path, tmp_path: Path) -> None:
    load(file)
    gateway.url = "http://another"
    load(file)
    assert len(gateway.lines) == 20
    assert len(json.loads((tmp_path / "load-progress.json").read_text())) == 2
