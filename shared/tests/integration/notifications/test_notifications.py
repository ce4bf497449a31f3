"""A notification goes out once its change is committed and the customer may be contacted, and never unasked."""

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from pydantic import SecretStr

from isthmus.clock import FixedClock
from isthmus.contracts.customer_records import PartyBody, RecordKey
from isthmus.contracts.erasures import CustomerErased
from isthmus.db import Database
from isthmus.ids import new_id
from isthmus.notifications import adapters, forget_handed_on, notifications_router, notify
from isthmus.notifications.adapters import FileAdapter, Message
from isthmus.notifications.texts import check_texts
from isthmus.parties import Business, Party, PersonalData
from isthmus.parties.erasure import erase
from isthmus.platform_client import Answer, Unanswered
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test
from isthmus.testing.notifications import notifications, send_due
from isthmus.testing.platform import PlatformStandIn
from isthmus.timers import Moment
from isthmus.timers.runner import MAX_ATTEMPTS

pytestmark = pytest.mark.integration

CHECK = ("POST", "/v1/customers/suppression-check")
ALLOWED = Answer(200, {"allowed": True, "reasons": []})
REFUSED = Answer(200, {"allowed": False, "reasons": [{"code": "consent_withdrawn", "text": "…"}]})
UNRESOLVED = Answer(200, {"allowed": False, "reasons": [{"code": "not_resolved", "text": "…"}]})
CUSTOMER = RecordKey(source="dealer:D0001:dms", record_id="C-1")
TEXTS = """
confirmed:
  zh: {subject: 试驾确认, body: "{name}您好"}
  en: {subject: Test drive, body: "Dear {name}"}
"""
SAMPLE: dict[str, Any] = {
    "org_unit": "dealer:D0001",
    "customer": CUSTOMER,
    "channel": "sms",
    "purpose": "service",
    "template": "confirmed",
    "values": {"name": "王"},
}
SALES = Business(name="sales", system="dms")


@pytest_asyncio.fixture
async def serving(
    database_for: Callable[[Service], Awaitable[Database]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BusinessServiceUnderTest]:
    package = f"notified_{tmp_path.name}".replace("-", "_")
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "texts.yaml").write_text(TEXTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    service = Service(
        name="sales",
        package=package,
        title="Sales",
        routers=[notifications_router(SALES)],
        chains=["platform", "parties"],
    )
    clock = FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))
    async with business_service_under_test(service, await database_for(service), clock) as under_test:
        under_test.context.settings = under_test.context.settings.model_copy(
            update={"notifications_folder": tmp_path / "out"}
        )
        under_test.context.platform = PlatformStandIn({CHECK: ALLOWED})
        await add_party(under_test)
        yield under_test


async def add_party(serving: BusinessServiceUnderTest) -> None:
    body = PartyBody.model_validate({"phones": [{"value": "13900000001"}], "emails": [{"value": "wang@example.com"}]})
    at = serving.clock.now()
    party = Party(
        source=CUSTOMER.source,
        record_id=CUSTOMER.record_id,
        org_unit="dealer:D0001",
        version=1,
        body=body,
        created_at=at,
        updated_at=at,
    )
    async with serving.database.transaction() as session:
        session.add(party)


async def tell(serving: BusinessServiceUnderTest, **changes: Any) -> None:
    """Keep a notification, each a second after the one before."""
    assert isinstance(serving.clock, FixedClock)
    serving.clock.advance(timedelta(seconds=1))
    async with serving.database.transaction() as session:
        await notify(Moment(serving.context, session), **(SAMPLE | changes))


def answer_with(serving: BusinessServiceUnderTest, answer: Answer | Unanswered) -> PlatformStandIn:
    stand_in = PlatformStandIn({CHECK: answer})
    serving.context.platform = stand_in
    return stand_in


def written(tmp_path: Path) -> list[Any]:
    path = tmp_path / "out" / "notifications.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


async def test_what_is_allowed_is_sent_once_to_the_number_known(
    serving: BusinessServiceUnderTest, tmp_path: Path
) -> None:
    stand_in = answer_with(serving, ALLOWED)
    await tell(serving)
    await tell(serving, channel="staff", customer=None, recipient="李娜", language="en")
    assert await send_due(serving.context) == 2
    assert await send_due(serving.context) == 0
    customer = {"source": CUSTOMER.source, "record_id": CUSTOMER.record_id}
    assert stand_in.asked == [(*CHECK, {"customer": customer, "channel": "sms", "purpose": "service"})]
    to_customer, to_staff = written(tmp_path)
    assert (to_customer["recipient"], to_customer["body"]) == ("13900000001", "王您好")
    assert (to_staff["recipient"], to_staff["body"]) == ("李娜", "Dear 王")
    assert stat.S_IMODE((tmp_path / "out" / "notifications.ndjson").stat().st_mode) == 0o600
    assert {each.status for each in await notifications(serving.context)} == {"sent"}
    (contact,) = await serving.published("isthmus.sales.customer-contacted.v1")
    told = {name: contact.data[name] for name in ("customer", "channel", "purpose", "template")}
    assert told == {"customer": customer, "channel": "sms", "purpose": "service", "template": "confirmed"}


async def test_what_is_rolled_back_is_never_sent(serving: BusinessServiceUnderTest) -> None:
    async with serving.database.transaction() as session:
        await notify(Moment(serving.context, session), **SAMPLE)
        await session.rollback()
    assert await send_due(serving.context) == 0


async def test_one_that_cannot_be_sent_waits_and_the_others_go(
    serving: BusinessServiceUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(serving, recipient="13900000002")
    await tell(serving)
    deliver = FileAdapter.deliver

    def fail_for_one(adapter: FileAdapter, message: Message) -> None:
        if message.recipient == "13900000002":
            raise OSError("no space left")
        deliver(adapter, message)

    monkeypatch.setattr(FileAdapter, "deliver", fail_for_one)
    assert await send_due(serving.context) == 2
    first, second = await notifications(serving.context)
    assert (first.status, first.reason, first.attempts) == ("pending", "OSError", 1)
    assert (second.status, len(written(tmp_path))) == ("sent", 1)


async def test_a_customer_who_refuses_is_not_contacted(serving: BusinessServiceUnderTest, tmp_path: Path) -> None:
    answer_with(serving, REFUSED)
    await tell(serving)
    await send_due(serving.context)
    (notification,) = await notifications(serving.context)
    assert (notification.status, notification.reason) == ("suppressed", "consent_withdrawn")
    assert written(tmp_path) == []


@pytest.mark.parametrize("answer", [Unanswered("timeout"), Answer(404, {}), UNRESOLVED], ids=str)
async def test_nothing_goes_out_unasked_it_is_tried_later_and_given_up_in_the_end(
    serving: BusinessServiceUnderTest, tmp_path: Path, answer: Answer | Unanswered
) -> None:
    assert isinstance(serving.clock, FixedClock)
    answer_with(serving, answer)
    await tell(serving)
    await tell(serving)
    assert await send_due(serving.context) == 2
    answer_with(serving, ALLOWED)
    assert await send_due(serving.context) == 0
    answer_with(serving, answer)
    for _ in range(MAX_ATTEMPTS - 2):
        serving.clock.advance(timedelta(hours=1))
        assert await send_due(serving.context) == 2
    assert written(tmp_path) == []
    serving.clock.advance(timedelta(hours=1))
    assert await send_due(serving.context) == 2
    assert {each.status for each in await notifications(serving.context)} == {"failed"}


@pytest.mark.parametrize(
    ("changes", "folder", "reason"),
    [({}, None, "channel_not_configured"), ({"channel": "wechat"}, "out", "no_address")],
    ids=["no adapter", "no address"],
)
async def test_what_cannot_be_sent_says_why(
    serving: BusinessServiceUnderTest, tmp_path: Path, changes: Any, folder: str | None, reason: str
) -> None:
    configured = {"notifications_folder": tmp_path / folder if folder else None}
    serving.context.settings = serving.context.settings.model_copy(update=configured)
    await tell(serving, **changes)
    await send_due(serving.context)
    (notification,) = await notifications(serving.context)
    assert (notification.status, notification.reason) == ("failed", reason)


async def erase_customer(serving: BusinessServiceUnderTest) -> datetime:
    """Erase the customer, as the subscription does; gives when."""
    erased = CustomerErased(
        erasure_id=new_id(), golden_ids=[new_id()], records=[CUSTOMER], erased_at=serving.clock.now()
    )
    async with serving.database.transaction() as session:
        await erase(session, PersonalData(service="sales", documents={}), erased)
    return erased.erased_at


async def test_an_erasure_takes_words_and_address_and_what_waits(serving: BusinessServiceUnderTest) -> None:
    await tell(serving)
    await send_due(serving.context)
    await tell(serving)
    await erase_customer(serving)
    assert await send_due(serving.context) == 0
    sent, waiting = await notifications(serving.context)
    assert (sent.status, sent.recipient, sent.values) == ("sent", None, {})
    assert (waiting.status, waiting.reason, waiting.values) == ("suppressed", "erased", {})


async def test_an_erasure_empties_the_lines_that_were_handed_on_and_leaves_all_others(
    serving: BusinessServiceUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer's in the file that grows and in a full one; who follows a file finds what comes where it was."""
    monkeypatch.setattr(adapters, "_MAX_FILE_BYTES", 400)
    for _ in range(3):
        await tell(serving)
        await tell(serving, channel="staff", customer=None, recipient="李娜")
        await send_due(serving.context)
    files = sorted((tmp_path / "out").glob("notifications.ndjson*"))
    assert len(files) > 1
    before = {file: file.read_bytes().splitlines() for file in files}

    assert await forget_handed_on(serving.context, await erase_customer(serving)) == 3

    told = b"".join(file.read_bytes() for file in files)
    assert b"13900000001" not in told
    for file in files:
        after = file.read_bytes().splitlines()
        assert [len(line) for line in after] == [len(line) for line in before[file]]
        for old, new in zip(before[file], after, strict=True):
            line = orjson.loads(new)
            assert line["id"] == orjson.loads(old)["id"]
            assert new == old if line["channel"] == "staff" else line["erased"] is True
    await tell(serving, channel="staff", customer=None, recipient="李娜")
    await send_due(serving.context)
    assert written(tmp_path)[-1]["recipient"] == "李娜"
    assert await forget_handed_on(serving.context, serving.clock.now()) == 0


async def test_the_list_shows_an_org_unit_its_own_and_logs_the_reading(serving: BusinessServiceUnderTest) -> None:
    await tell(serving)
    url = serving.url("notifications")
    listed = (await serving.client.get(url, params={"status": "pending", "record_id": "C-1"})).json()
    assert [each["record_id"] for each in listed["items"]] == ["C-1"]
    elsewhere = serving.headers(org_units=["dealer:D0002"])
    assert (await serving.client.get(url, headers=elsewhere)).json()["items"] == []
    assert (await serving.client.get(url, params={"status": "sent"})).json()["items"] == []


async def test_e_mail_goes_to_the_mail_server(serving: BusinessServiceUnderTest) -> None:
    received: list[bytes] = []
    server = await asyncio.start_server(lambda *streams: answer_smtp(received, *streams), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mail = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")}
    serving.context.settings = serving.context.settings.model_copy(update=mail)
    await tell(serving, channel="email", language="en", reply_to="service@d0001.example")
    await send_due(serving.context)
    server.close()
    await server.wait_closed()
    (notification,) = await notifications(serving.context)
    assert (notification.status, notification.recipient) == ("sent", "wang@example.com")
    lines = b"".join(received)
    assert b"RCPT TO:<wang@example.com>" in lines.replace(b"rcpt TO", b"RCPT TO")
    assert f"Message-ID: <{notification.id}@isthmus>".encode() in lines
    assert b"Subject: Test drive" in lines
    assert b"Reply-To: service@d0001.example" in lines


async def answer_smtp(received: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say yes to all that a mail client says."""
    writer.write(b"220 test\r\n")
    in_message = False
    while line := await reader.readline():
        received.append(line)
        if in_message and line != b".\r\n":
            continue
        command = line.upper().strip()
        in_message = command == b"DATA"
        writer.write(b"354 go on\r\n" if in_message else b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
        if command == b"QUIT":
            break
    writer.close()
    await writer.wait_closed()


def test_a_full_file_is_put_aside_and_the_oldest_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "_MAX_FILE_BYTES", 1)
    adapter = FileAdapter(tmp_path)
    for number in range(10):
        adapter.deliver(Message(new_id(), datetime.now(UTC), "sms", "13900000001", "", str(number)))
    kept = [orjson.loads(path.read_bytes())["body"] for path in sorted(tmp_path.iterdir())]
    assert kept == ["9", "8", "7", "6", "5", "4"]


@pytest.mark.parametrize(
    "document",
    [
        {"a": {"zh": {"subject": "", "body": "{name}"}}},
        {"a": {"zh": {"subject": "", "body": "{name}"}, "en": {"subject": "", "body": "{nam}"}}},
        {"a": {"zh": {"subject": "", "body": "{name.x}"}, "en": {"subject": "", "body": "{name.x}"}}},
    ],
)
def test_texts_that_do_not_fit_are_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"must have|placeholder"):
        check_texts(document)


async def test_a_notification_that_cannot_be_written_is_refused_at_once(serving: BusinessServiceUnderTest) -> None:
    for changes in ({"template": "unknown"}, {"values": {}}, {"customer": None}):
        with pytest.raises(ValueError, match=r"template|names"):
            await tell(serving, **changes)
