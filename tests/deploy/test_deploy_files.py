"""The files of deploy/ are well formed; nothing here builds an image or touches a cluster."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from isthmus.observability import metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").rglob("*.yaml") if path.name != "kustomization.yaml")


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    assert done.returncode == 0, done.stdout + done.stderr


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def test_the_image_file_passes_its_linter() -> None:
    run(tool("hadolint"), str(DEPLOY / "docker" / "Dockerfile"))


def test_the_compose_file_follows_the_specification() -> None:
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml"))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_manifest_is_valid_kubernetes(manifest: Path) -> None:
    run(tool("kubernetes-validate"), "--strict", str(manifest))


def test_each_password_of_the_compose_file_stands_in_the_example() -> None:
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    example = (DEPLOY / "compose.env.example").read_text(encoding="utf-8")
    needed = {part.split(":?")[0] for part in compose.split("${")[1:] if ":?" in part.split("}")[0]}
    assert needed
    assert needed <= {line.split("=")[0] for line in example.splitlines()}


def test_alerts_and_dashboard_use_metrics_that_exist() -> None:
    declared = {
        sample
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
        for family in metric.describe()
        for sample in (family.name, f"{family.name}_total", f"{family.name}_bucket")
    }
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yaml").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "grafana" / "isthmus.json").read_text(encoding="utf-8"))
    expressions += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used = {word for expression in expressions for word in _words(expression) if word.startswith("isthmus_")}
    assert used
    assert used <= declared


def test_the_dashboard_is_what_its_script_writes() -> None:
    written = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(DEPLOY / "grafana" / "build.py")], capture_output=True, text=True, check=True
    )
    assert written.stdout == (DEPLOY / "grafana" / "isthmus.json").read_text(encoding="utf-8")


def _words(expression: str) -> list[str]:
    return "".join(character if character.isalnum() or character == "_" else " " for character in expression).split()
