"""Nothing is lost and nothing doubled, whatever is killed; a broker that lost its data is refilled."""

import shutil
from typing import Any

import pytest
from chaos import run_chaos
from load import person_of
from platform_client import Platform

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def test_kill_9_of_any_process_under_load_loses_and_doubles_nothing(platform: Platform) -> None:
    report = run_chaos(platform, seed=20, seconds=45)
    assert report.faults
    assert report.leads > 0
    assert report.records > 0
    assert (report.lost, report.doubled, report.refused) == ([], [], [])


def test_a_broker_that_lost_its_data_is_refilled_from_the_outboxes(platform: Platform) -> None:
    def write(number: int) -> str:
        name, phone = person_of(1_000_000 + number)
        party = {"name": {"full": name}, "phones": [{"value": phone}]}
        lead = platform.post("/v1/sales/leads", {"org_unit": "dealer:D0003", "customer": party})
        return str(lead["id"])

    def golden_id(lead_id: str) -> Any:
        return platform.get(f"/v1/sales/leads/{lead_id}")["golden_id"]

    before = [write(number) for number in range(5)]
    for lead_id in before:
        platform.wait_until(lambda lead_id=lead_id: golden_id(lead_id))
    known = {lead_id: golden_id(lead_id) for lead_id in before}
    # With its consumer gone, what is written now reaches the broker but nobody.
    platform.kill("customer-master")
    during = [write(number) for number in range(5, 10)]
    platform.down()
    shutil.rmtree(platform.home / "kafka" / "data")
    platform.up()
    for lead_id in during:
        platform.wait_until(lambda lead_id=lead_id: golden_id(lead_id), seconds=60)
    assert {lead_id: golden_id(lead_id) for lead_id in before} == known
    for lead_id in before + during:
        items = platform.get(f"/v1/customers/{golden_id(lead_id)}/timeline")["items"]
        assert [item["type"] for item in items].count("isthmus.sales.lead-created.v1") == 1
