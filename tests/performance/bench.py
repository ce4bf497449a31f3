"""`make bench`: measures everything, each in a process of its own, and writes docs/benchmarks.md.

It starts an instance of its own, without demo data. Absolute figures depend on the machine and on what else it does, so
both stand on the page; ratios travel better.
"""

from __future__ import annotations

import argparse
import json
import os
import platform as machine
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PORT_BASE = "19000"


def script(name: str, *arguments: str) -> dict[str, Any]:
    """Run one of the scripts here; its last line is the figures as JSON."""
    print(f"measuring: {name} {' '.join(arguments)}", file=sys.stderr)
    command = [sys.executable, str(HERE / name), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own scripts
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def yardstick() -> int:
    """Milliseconds of processor time of a fixed piece of arithmetic, the best of five.

    Machines that share their processors with others are not equally fast every day.
    """
    found = []
    for _ in range(5):
        begun = time.process_time()
        sum(number * number for number in range(2_000_000))
        found.append(time.process_time() - begun)
    return round(min(found) * 1000)


def measure_platform(customers: int) -> dict[str, Any]:
    """Start an empty platform, measure it, take it away."""
    home = Path(tempfile.mkdtemp(prefix="isthmus-bench-"))
    home.chmod(0o755)
    environment = {**os.environ, "ISTHMUS_HOME": str(home), "ISTHMUS_PORT_BASE": PORT_BASE, "DEMO": "0"}
    launcher = [sys.executable, "-m", "isthmus_local"]
    try:
        subprocess.run([*launcher, "up"], env=environment, stdout=sys.stderr, check=True)  # noqa: S603
        return script("platform_speed.py", str(home / "run.json"), "--customers", str(customers))
    finally:
        subprocess.run([*launcher, "down"], env=environment, stdout=sys.stderr, check=False)  # noqa: S603
        shutil.rmtree(home, ignore_errors=True)


def page(figures: dict[str, Any], load_before: tuple[float, float, float], yardsticks: tuple[int, int]) -> str:
    """The page for docs/."""
    load = ", ".join(f"{value:.1f}" for value in load_before)
    lines = [
        "# Benchmarks",
        "",
        (
            f"Written by `make bench` on {datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC. {os.cpu_count()} cores, "
            f"{machine.system()} {machine.machine()}, Python {machine.python_version()}; "
            f"load before the run (1, 5, 15 min): {load}; two million squares took {yardsticks[0]} ms before it, "
            f"{yardsticks[1]} ms after."
        ),
        "Everything runs on this one machine: services, gateway, PostgreSQL, Kafka and the load itself.",
    ]
    for title, values in figures.items():
        lines += ["", f"## {title}", "", "| what | figure |", "| --- | --- |"]
        lines += [f"| {name} | {value} |" for name, value in flat(values)]
    return "\n".join(lines) + "\n"


def flat(values: Any, prefix: str = "") -> list[tuple[str, Any]]:
    """Nested figures as rows: `a.b.c` and the value."""
    if not isinstance(values, dict):
        return [(prefix, values)]
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        rows += flat(value, f"{prefix}.{name}" if prefix else name)
    return rows


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--customers", type=int, default=2500, help="true customers to generate, about four records each"
    )
    parser.add_argument(
        "--bases", type=int, nargs="+", default=[10_000, 100_000], help="records in customer-master, smallest first"
    )
    arguments = parser.parse_args()
    load_before, speed_before = os.getloadavg(), yardstick()
    figures = {
        "Outbox → Kafka → consumed": script("messaging.py"),
        "Gateway hop against the direct call": script("gateway_hop.py"),
        "Customer records → golden customers": script("resolution_speed.py", "--bases", *map(str, arguments.bases)),
        "What resolving a record costs": script("resolution_profile.py", "--records", str(arguments.bases[0])),
        "The whole platform": measure_platform(arguments.customers),
    }
    PAGE.write_text(page(figures, load_before, (speed_before, yardstick())), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
