"""Kill processes at random moments under load, let it settle, and count what was lost or doubled.

`python tests/system/chaos.py --seed 1 --minutes 5` (or `make chaos`) starts an instance of its own for this.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from load import RECORD_SOURCE, Ledger, Load, record_id_of
from platform_client import Platform

VICTIMS = (
    "sales",
    "customer-master",
    "customer-master-resolver-1",
    "customer-master-resolver-2",
    "kafka",
    "postgres",
    "gateway",
    "aftersales",
    "call-center",
    "feedback",
)
PAUSE_BETWEEN_FAULTS = (1.0, 6.0)
SETTLE_SECONDS = 120
PORT_BASE = 18800


@dataclass
class Report:
    """What a run did and found."""

    faults: list[str] = field(default_factory=list)
    leads: int = 0
    records: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def run_chaos(platform: Platform, *, seed: int, seconds: float) -> Report:
    """Load and faults for that long, then the count."""
    generator = random.Random(seed)
    report = Report()
    end = time.monotonic() + seconds
    with Load(platform, seed) as load:
        while time.monotonic() < end:
            time.sleep(generator.uniform(*PAUSE_BETWEEN_FAULTS))
            victim = generator.choice(VICTIMS)
            pid = _kill_when_running(platform, victim)
            report.faults.append(f"{victim} (pid {pid})")
    ledger = load.ledger
    report.leads, report.records, report.refused = len(ledger.leads), len(ledger.records), ledger.refused
    _count(platform, ledger, report)
    return report


def _kill_when_running(platform: Platform, victim: str) -> int:
    """The supervisor may be about to restart it: wait for a pid that lives."""

    def kill() -> int | None:
        try:
            return platform.kill(victim)
        except ProcessLookupError:
            return None

    return platform.wait_until(kill, seconds=60, what=f"{victim} running")


def _count(platform: Platform, ledger: Ledger, report: Report) -> None:
    """Wait until nothing is missing any more, or the time is up; what is doubled never goes away by waiting."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        report.lost, report.doubled = [], []
        try:
            _compare(platform, ledger, report)
        except (AssertionError, httpx2.HTTPError, OSError, KeyError) as error:
            report.lost = [f"cannot be read: {error!r}"]
        if not report.lost or time.monotonic() > deadline:
            return
        time.sleep(1)


def _compare(platform: Platform, ledger: Ledger, report: Report) -> None:
    golden_of = {(link["source"], link["record_id"]): link["golden_id"] for link in _crosswalk(platform)}
    leads = {lead["id"]: lead for lead in _all(platform, "/v1/sales/leads")}
    for person, lead_id in ledger.leads.items():
        lead = leads.get(lead_id)
        if lead is None:
            report.lost.append(f"lead {lead_id}")
            continue
        key = (lead["customer"]["source"], lead["customer"]["record_id"])
        golden_id = golden_of.get(key)
        if golden_id is None:
            report.lost.append(f"record {key} of lead {lead_id} has no golden customer")
        elif golden_of.get((RECORD_SOURCE, record_id_of(person)), golden_id) != golden_id:
            report.doubled.append(f"person {person} is two golden customers")
        else:
            _compare_timeline(platform, golden_id, lead_id, report)
    for key, version in ledger.records.items():
        if key not in golden_of:
            report.lost.append(f"record {key} version {version} has no golden customer")


def _compare_timeline(platform: Platform, golden_id: str, lead_id: str, report: Report) -> None:
    items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
    created = [item for item in items if item["type"] == "isthmus.sales.lead-created.v1"]
    if not any(item["data"]["lead_id"] == lead_id for item in created):
        report.lost.append(f"lead {lead_id} is not on the timeline")
    if len(created) > 1:
        report.doubled.append(f"{len(created)} leads on the timeline of the one person of lead {lead_id}")


def _crosswalk(platform: Platform) -> list[dict[str, Any]]:
    answer = platform.request("GET", "/v1/crosswalk")
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines() if line]


def _all(platform: Platform, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = platform.get(path, params=parameters)
        items.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def main() -> int:
    """Run as a program: an own instance, a report on stdout, exit code 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=5)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="isthmus-chaos-"))
    home.chmod(0o755)
    platform = Platform(home, PORT_BASE)
    try:
        platform.up()
        report = run_chaos(platform, seed=arguments.seed, seconds=arguments.minutes * 60)
    finally:
        platform.down()
        platform.close()
    print(f"seed {arguments.seed}, {arguments.minutes} minutes")
    print(f"faults injected: {len(report.faults)}: {dict(Counter(fault.split()[0] for fault in report.faults))}")
    print(f"accepted: {report.leads} leads, {report.records} records; refused: {len(report.refused)}")
    print(f"lost: {len(report.lost)} {report.lost[:5]}")
    print(f"doubled: {len(report.doubled)} {report.doubled[:5]}")
    if report.lost or report.doubled:
        print(f"state and logs are kept in {home}")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
