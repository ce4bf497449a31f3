"""The compatibility check lets additions pass and refuses each kind of breaking change."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isthmus.contracts.compatibility import (
    RELEASED,
    breaking_changes,
    main,
    read_folder,
    read_revision,
    release,
)
from isthmus.contracts.generate import ROOT, SCHEMAS, schema_documents, write

LEAD = "sales.events/lead-created.v1.schema.json"
GOLDEN = "golden-customers/golden-customer-changed.v1.schema.json"
RECORD = "customer-records/customer-record-changed.v1.schema.json"
Contract = dict[str, Any]
Change = Callable[[Contract], object]


CONTRACT = dict(schema_documents())


def contract() -> Contract:
    """A copy to change."""
    return copy.deepcopy(CONTRACT)


def found_by(change: Change) -> list[tuple[str, str, str]]:
    changed = contract()
    change(changed)
    assert changed != CONTRACT, "the change must change something"
    return [(one.subject, one.where, one.reason) for one in breaking_changes(CONTRACT, changed)]


def fields(contract: Contract, name: str = LEAD) -> dict[str, Any]:
    properties: dict[str, Any] = contract[name]["properties"]
    return properties


def definition(contract: Contract, name: str, title: str) -> dict[str, Any]:
    found: dict[str, Any] = contract[name]["$defs"][title]
    return found


def rename(contract: Contract) -> None:
    fields(contract)["remark"] = fields(contract).pop("note")


def swap_alternatives(contract: Contract) -> None:
    fields(contract)["note"]["anyOf"].reverse()


BREAKING: dict[str, tuple[Change, str, str]] = {
    "field removed": (lambda c: fields(c).pop("note"), "/note", "field removed or renamed"),
    "field renamed": (rename, "/note", "field removed or renamed"),
    "field became required": (lambda c: c[LEAD]["required"].append("note"), "/note", "field became required"),
    "new required field": (
        lambda c: (fields(c).update(fresh={"type": "string"}), c[LEAD]["required"].append("fresh")),
        "/fresh",
        "new field is required",
    ),
    "field became optional": (lambda c: c[LEAD]["required"].remove("status"), "/status", "field became optional"),
    "null no longer allowed": (lambda c: fields(c)["note"]["anyOf"].pop(), "/note", "type narrowed: null"),
    "type widened": (
        lambda c: fields(c)["note"]["anyOf"].append({"type": "integer"}),
        "/note",
        "type widened: readers of the released contract do not expect integer",
    ),
    "type changed": (lambda c: fields(c).update(status={"type": "integer"}), "/status", "type narrowed: string"),
    "format changed": (lambda c: fields(c)["lead_id"].pop("format"), "/lead_id", "type narrowed: string (uuid)"),
    "enum narrowed": (lambda c: fields(c, GOLDEN)["state"]["enum"].pop(), "/state", "enum narrowed: merged"),
    "enum widened": (
        lambda c: fields(c, GOLDEN)["state"]["enum"].append("frozen"),
        "/state",
        "enum widened: readers of the released contract refuse frozen",
    ),
    "open value closed": (lambda c: fields(c)["status"].update(enum=["new"]), "/status", "an open value was closed"),
    "known word removed": (
        lambda c: fields(c)["status"]["x-known-values"].remove("new"),
        "/status",
        "known words removed: new",
    ),
    "length narrowed": (
        lambda c: fields(c)["note"]["anyOf"][0].update(maxLength=10),
        "/note",
        "maxLength of string changed from 10000 to 10",
    ),
    "pattern changed": (
        lambda c: fields(c)["org_unit"].update(pattern="^x$"),
        "/org_unit",
        "pattern of string changed",
    ),
    "limit added": (
        lambda c: fields(c)["lead_id"].update(maxLength=36),
        "/lead_id",
        "maxLength of string (uuid) changed from None to 36",
    ),
    "default changed": (lambda c: fields(c)["note"].update(default="-"), "/note", "default changed from None to '-'"),
    "inside a shared definition": (
        lambda c: definition(c, LEAD, "Money")["properties"].pop("currency"),
        "/budget/currency",
        "field removed or renamed",
    ),
    "inside a list": (
        lambda c: definition(c, RECORD, "Phone")["properties"].pop("value"),
        "/phones/items/value",
        "field removed or renamed",
    ),
    "inside a map": (
        lambda c: definition(c, GOLDEN, "GoldenValue")["required"].remove("rule"),
        "/values/*/items/rule",
        "field became optional",
    ),
    "unknown fields refused": (
        lambda c: c[RECORD].update(additionalProperties=False),
        "/additionalProperties",
        "rule for the values inside changed",
    ),
    "inside a recursive definition": (
        lambda c: definition(c, RECORD, "ExtraValue")["anyOf"].pop(0),
        "",
        "type narrowed: string",
    ),
    "event removed": (lambda c: c.pop(LEAD), "", "event removed or renamed"),
    "header removed": (
        lambda c: c["envelope.schema.json"]["properties"].pop("dataowner"),
        "/dataowner",
        "field removed or renamed",
    ),
    "topic removed": (lambda c: c["topics.json"].pop("sales.events"), "", "topic removed or renamed"),
    "partitions changed": (
        lambda c: c["topics.json"]["sales.events"].update(partitions=12),
        "/partitions",
        "changed from 6 to 12",
    ),
    "key changed": (lambda c: c["topics.json"]["sales.events"].update(key="customer"), "/key", "changed from"),
    "compaction changed": (
        lambda c: c["topics.json"]["golden-links"].update(compacted=False),
        "/compacted",
        "changed from True to False",
    ),
}

HARMLESS: dict[str, Change] = {
    "optional field added": lambda c: fields(c).update(fresh={"type": "string", "default": ""}),
    "known word added": lambda c: fields(c)["status"]["x-known-values"].append("reopened"),
    "texts changed": lambda c: fields(c)["status"].update(description="other", title="Other", examples=["x"]),
    "alternatives in another order": swap_alternatives,
    "event added": lambda c: c.update({"sales.events/lead-created.v2.schema.json": c[LEAD]}),
    "topic added": lambda c: c["topics.json"].update({"parts.events": {}}),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_a_breaking_change_is_refused_with_its_place_and_reason(kind: str) -> None:
    change, where, reason = BREAKING[kind]
    found = found_by(change)
    assert any(place.endswith(where) and why.startswith(reason) for _, place, why in found), found


@pytest.mark.parametrize("kind", HARMLESS)
def test_an_addition_passes(kind: str) -> None:
    assert found_by(HARMLESS[kind]) == []


def test_the_contract_keeps_what_was_released() -> None:
    assert [str(change) for change in breaking_changes(read_folder(ROOT / RELEASED), CONTRACT)] == []


def test_the_command_fails_on_a_break_and_does_not_release_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A released field that the models lack is the same as a field removed."""
    release(tmp_path / RELEASED)
    released = tmp_path / RELEASED / LEAD
    document = json.loads(released.read_text(encoding="utf-8"))
    document["properties"]["gone"] = {"type": "string"}
    released.write_text(json.dumps(document), encoding="utf-8")
    before = released.read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["compatibility", "--root", str(tmp_path), "--release"])
    assert main() == 1
    assert capsys.readouterr().out == "sales.events/lead-created.v1 /gone: field removed or renamed\n"
    assert released.read_text(encoding="utf-8") == before


def test_a_release_takes_additions_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(tmp_path / RELEASED)
    released = tmp_path / RELEASED / LEAD
    document = json.loads(released.read_text(encoding="utf-8"))
    del document["properties"]["note"]
    released.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["compatibility", "--root", str(tmp_path), "--release"])
    assert main() == 0
    assert read_folder(tmp_path / RELEASED) == CONTRACT


def test_a_git_revision_can_be_compared_with(tmp_path: Path) -> None:
    write(tmp_path)
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "contract"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)  # noqa: S603, S607 - a repository of the test
    (tmp_path / SCHEMAS / LEAD).unlink()
    assert read_revision(tmp_path, "HEAD") == CONTRACT
