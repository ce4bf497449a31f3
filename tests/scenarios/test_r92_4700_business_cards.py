"""R92, a marketer: 4,700 business cards from the fairs, many twice, many of customers we have (4700张名片)."""

import csv
import io
import json
from typing import Any

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

CARDS = "hq:business-cards"
FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
KNOWN = Person("闻人博雅", "13911110092")
WAIT_SECONDS = 200.0


def card(number: int) -> dict[str, Any]:
    """The card of one of 4,100 persons, as the scanner reads it."""
    family, given = FAMILIES[number % len(FAMILIES)], chr(0x4E00 + number)
    phone = f"1372{number:04}{(number * 7919) % 1000:03}"
    return {
        "姓名": f"{family}{given}{chr(0x5200 + number)}",
        "手机": phone,
        "单位": f"江城{number % 50}厂",
        "职务": "采购",
    }


def test_the_pile_becomes_customers_once_each_and_what_was_wrong_is_named(scene: Scene) -> None:
    platform = scene.platform
    # One of the 4,700 is a customer of a dealer already; marketing does not know which.
    platform.post("/v1/sales/leads", {"org_unit": ORG_UNITS[DEALER], "customer": KNOWN.party()}, client=DEALER)
    scene.golden_id(KNOWN, members=1)

    def upload(content: bytes, media_type: str, **query: str) -> dict[str, Any]:
        headers = {"Content-Type": media_type}
        path = "/v1/customer-records/batch"
        asked = {"content": content, "headers": headers, "params": query, "timeout": WAIT_SECONDS}
        answer = platform.request("POST", path, **asked)
        assert answer.status_code == 202, answer.text
        job: dict[str, Any] = answer.json()
        assert job["state"] in {"resolving", "done"}
        return job

    def counts(job: dict[str, Any]) -> tuple[int, ...]:
        return tuple(job[name] for name in ("received", "stored", "repeated", "rejected"))

    # The scanner gives a table, as a spreadsheet in China writes it: 4,100 persons, 597 of them on a second card with
    # another number format and title, the known customer, one card scanned twice, and one row that is none.
    cards = [card(number) for number in range(1, 4_101)]
    second = [again | {"手机": f"+86 {again['手机'][:3]}-{again['手机'][3:]}", "职务": "经理"} for again in cards[:597]]
    known = {"姓名": KNOWN.name, "手机": KNOWN.phone, "单位": "文华书局", "职务": "编辑"}
    written = io.StringIO()
    table = csv.DictWriter(written, fieldnames=list(known))
    table.writeheader()
    table.writerows([*cards, *second, known, cards[0]])
    written.write("打翻的墨水,1,2,3,4,5\r\n")
    job = upload(written.getvalue().encode("gb18030"), "text/csv; charset=gbk", source=CARDS)
    assert counts(job) == (4_700, 4_698, 1, 1)
    (wrong,) = job["errors"]
    assert (wrong["line"], wrong["code"]) == (4_701, "wrong_row")

    # Other systems send the same cards as NDJSON; again what is wrong is told by line and field.
    body = {
        "source": CARDS,
        "record_id": "N-1",
        "name": {"full": cards[7]["姓名"]},
        "phones": [{"value": cards[7]["手机"]}],
    }
    lines = [json.dumps(body), json.dumps({"source": CARDS, "phones": "1"}), "{"]
    job_of_lines = upload("\n".join(lines).encode(), "application/x-ndjson")
    assert counts(job_of_lines) == (3, 1, 0, 2)
    assert {(one["line"], one["pointer"]) for one in job_of_lines["errors"]} == {
        (2, "/record_id"),
        (2, "/phones"),
        (3, ""),
    }

    # After: a customer for each person. Both cards of one are joined, and the dealer's customer is not made again.
    def done() -> bool:
        return all(platform.get(f"/v1/jobs/{one['job_id']}")["state"] == "done" for one in (job, job_of_lines))

    platform.wait_until(done, seconds=WAIT_SECONDS, what="all cards to be resolved")
    crosswalk = [json.loads(line) for line in platform.request("GET", "/v1/crosswalk").text.splitlines()]
    customers = {line["golden_id"] for line in crosswalk if line["source"] == CARDS}
    assert len(customers) == 4_101
    golden_id = scene.golden_id(KNOWN, members=2)
    assert golden_id in customers

    # A card is no consent: nobody on the pile may be written to because of it.
    assert scene.may_contact(golden_id, "sms", "marketing") == ["consent_missing"]
