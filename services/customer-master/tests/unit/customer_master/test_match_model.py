"""The model in use: the shipped one, unless the environment names another."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from customer_master.match_model import match_model
from entity_resolution.model import DEFAULT_MODEL, MatchModel


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    match_model.cache_clear()
    yield
    match_model.cache_clear()


def test_without_a_setting_it_is_the_shipped_one() -> None:
    assert match_model() is MatchModel.load()


def test_the_environment_names_a_trained_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads((files("entity_resolution") / DEFAULT_MODEL).read_text(encoding="utf-8"))
    path = tmp_path / "trained.json"
    path.write_text(json.dumps(document | {"version": "trained"}), encoding="utf-8")
    monkeypatch.setenv("ISTHMUS_MATCH_MODEL", str(path))
    assert match_model().version == "trained"
    assert match_model() is match_model()


def test_a_file_that_holds_no_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTHMUS_MATCH_MODEL", str(tmp_path / "absent.json"))
    with pytest.raises(ValueError, match=r"absent\.json is no match model"):
        match_model()
