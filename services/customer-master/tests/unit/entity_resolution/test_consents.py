"""Consents: what anybody refused stays refused until a grant that is surely newer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize
from entity_resolution.survivorship import Member, SurvivorshipRules, golden_record
from entity_resolution.survivorship.consents import merged_consents

RULES = SurvivorshipRules.load()


def saying(record_id: str, *consents: dict[str, Any], seen: datetime | None = None) -> Member:
    key = RecordKey("hq:crm", record_id)
    body = {"consents": list(consents)}
    return Member(key, body, standardize(key, body), seen)


def consent(status: Any, at: Any = None, channel: Any = "sms", purpose: Any = "marketing") -> dict[str, Any]:
    return {"purpose": purpose, "channel": channel, "status": status, "at": at}


def status(*consents: dict[str, Any], seen: datetime | None = None) -> dict[tuple[str | None, str | None], str]:
    members = [saying(str(number), one, seen=seen) for number, one in enumerate(consents)]
    return {(one.value["purpose"], one.value["channel"]): one.value["status"] for one in merged_consents(members)}


SMS = ("marketing", "sms")
DAY = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grant", "withdrawal", "is_granted"),
    [
        ("2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z", True),
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", False),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", False),
        # One moment, written in two zones.
        ("2026-02-01T10:00:00+08:00", "2026-02-01T03:00:00Z", False),
        ("2026-02-01T10:00:00+08:00", "2026-02-01T01:00:00Z", True),
        # A day without time: the grant may have come first.
        ("2026-02-01", "2026-02-01", False),
        ("2026/2/2", "2026年2月1日", True),
        # No zone: whose clock was it?
        ("2026-02-01T10:00:00", "2026-02-01T09:00:00", True),
        ("2026-02-01T10:00:00", "2026-02-01T09:00:00Z", False),
        ("2026-02-01T10:00:00Z", "2026-02-01T09:00:00", False),
        ("2026-02-02T10:00:00Z", "2026-02-01T09:00:00", True),
        # A grant without a time, or one that cannot be read, outdates nothing.
        (None, "2026-02-01T00:00:00Z", False),
        ("yesterday", "2026-02-01T00:00:00Z", False),
        ("2026-02-30", "2026-02-01T00:00:00Z", False),
        # Nothing outdates a withdrawal of which no time is known.
        ("2026-03-01T00:00:00Z", None, False),
        ("2026-03-01T00:00:00Z", "1970-01-01T00:00:00Z", False),
    ],
)
def test_a_withdrawal_holds_until_a_newer_grant(grant: str | None, withdrawal: str | None, *, is_granted: bool) -> None:
    found = status(consent("granted", grant), consent("withdrawn", withdrawal))
    assert found == {SMS: "granted" if is_granted else "withdrawn"}


def test_a_grant_from_the_future_outdates_nothing() -> None:
    grant, withdrawal = consent("granted", "2099-01-01T00:00:00Z"), consent("withdrawn", "2026-02-01T00:00:00Z")
    assert status(grant, withdrawal, seen=DAY) == {SMS: "withdrawn"}
    assert status(grant, seen=DAY) == {SMS: "granted"}


def test_a_withdrawal_without_a_time_was_said_before_its_record_was_seen() -> None:
    withdrawal = saying("1", consent("withdrawn"), seen=DAY)
    (later,) = merged_consents([withdrawal, saying("2", consent("granted", "2026-06-02T00:00:00Z"))])
    (earlier,) = merged_consents([withdrawal, saying("2", consent("granted", "2026-05-31T00:00:00Z"))])
    assert (later.value["status"], earlier.value["status"]) == ("granted", "withdrawn")


@pytest.mark.parametrize("word", ["granted", "GRANTED", "Yes", "同意", "true", "1", True, 1])
def test_words_of_a_grant(word: Any) -> None:
    assert status(consent(word)) == {SMS: "granted"}


@pytest.mark.parametrize(
    "word", ["withdrawn", "拒绝", "no", "0", 0, False, "unsubscribed", "who knows", ["granted"], {}]
)
def test_any_other_word_is_a_withdrawal(word: Any) -> None:
    assert status(consent(word)) == {SMS: "withdrawn"}


@pytest.mark.parametrize("word", [None, "", "  "])
def test_no_word_is_no_statement(word: Any) -> None:
    assert status(consent(word)) == {}


@pytest.mark.parametrize("channel", [None, "", "all", "全部"])
def test_a_withdrawal_for_all_channels_reaches_each(channel: str | None) -> None:
    found = status(consent("granted", "2026-01-01T00:00:00Z"), consent("withdrawn", "2026-02-01T00:00:00Z", channel))
    assert found == {("marketing", None): "withdrawn", SMS: "withdrawn"}


def test_a_grant_for_all_channels_lifts_no_refusal_of_one() -> None:
    found = status(consent("withdrawn", "2026-01-01T00:00:00Z"), consent("granted", "2026-02-01T00:00:00Z", None))
    assert found == {("marketing", None): "granted", SMS: "withdrawn"}


def test_a_refusal_of_everything_reaches_every_purpose() -> None:
    granted = [consent("granted", "2026-01-01"), consent("granted", "2026-01-01", None, "service")]
    assert set(status(*granted, consent("withdrawn", "2026-02-01", None, None)).values()) == {"withdrawn"}
    found = status(*granted, consent("withdrawn", "2026-02-01", "phone", None))
    assert found == {
        (None, "phone"): "withdrawn",
        ("marketing", "phone"): "withdrawn",
        SMS: "granted",
        ("service", None): "granted",
        ("service", "phone"): "withdrawn",
    }


@pytest.mark.parametrize("channel", ["SMS", "短信", "text message", " sms "])
def test_one_channel_has_one_name(channel: str) -> None:
    found = status(consent("granted", "2026-01-01"), consent("withdrawn", "2026-02-01", channel, "营销"))
    assert found == {SMS: "withdrawn"}


def test_what_is_no_text_names_nothing() -> None:
    assert status(consent("granted", ["2026-01-01"], {}, []), consent("withdrawn", 5, 1.5, "service")) == {
        (None, None): "granted",
        ("service", "1.5"): "withdrawn",
    }


def test_a_refusal_of_marketing_or_of_all_is_flagged() -> None:
    def flags(*consents: dict[str, Any]) -> list[str]:
        return golden_record([saying("1", *consents)], RULES).flags

    assert flags(consent("withdrawn")) == flags(consent("withdrawn", purpose=None)) == ["marketing_opt_out"]
    assert flags(consent("granted")) == flags(consent("withdrawn", purpose="service")) == []


PURPOSES, CHANNELS = ("marketing", "service"), ("sms", "phone", "email")
times = st.sampled_from(
    [
        None, "", "soon", "2026-01-01", "2026-01-02", "2026-01-01T10:00:00", "2026-01-01T10:00:00Z",
        "2026-01-01T10:00:00+08:00", "2026-01-02T01:00:00-05:00", "1970-01-01", "2099-01-01T00:00:00Z",
    ]
)  # fmt: skip
statements = st.builds(
    consent,
    status=st.sampled_from(["granted", "withdrawn", "maybe", True, False]),
    at=times,
    channel=st.sampled_from([None, "all", *CHANNELS]),
    purpose=st.sampled_from([None, *PURPOSES]),
)
seen_at = st.sampled_from([None, datetime(2026, 1, 1, 12, tzinfo=UTC), DAY])


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    said = draw(st.lists(st.tuples(st.lists(statements, max_size=3), seen_at), max_size=4))
    return [saying(str(number), *consents, seen=seen) for number, (consents, seen) in enumerate(said)]


def allowed(found: list[Member]) -> set[tuple[str, str]]:
    """What may be done, as everybody reads consents: by channel, else by purpose, else nothing."""
    told = {(one.value["purpose"], one.value["channel"]): one.value["status"] for one in merged_consents(found)}
    return {
        (purpose, channel)
        for purpose in PURPOSES
        for channel in CHANNELS
        if told.get((purpose, channel), told.get((purpose, None))) == "granted"
    }


@settings(deadline=None, max_examples=400)
@given(members(), statements, seen_at)
def test_nobodys_withdrawal_ever_allows_more(found: list[Member], added: dict[str, Any], seen: datetime | None) -> None:
    withdrawn = saying("added", added | {"status": "withdrawn"}, seen=seen)
    assert allowed([*found, withdrawn]) <= allowed(found)


@settings(deadline=None, max_examples=200)
@given(members(), st.randoms())
def test_neither_order_nor_repeats_have_a_say(found: list[Member], random: Any) -> None:
    shuffled = found * 2
    random.shuffle(shuffled)
    assert [one.value for one in merged_consents(shuffled)] == [one.value for one in merged_consents(found)]


@settings(deadline=None)
@given(members())
def test_after_a_refusal_of_everything_nothing_is_allowed(found: list[Member]) -> None:
    assert not allowed([*found, saying("added", consent("withdrawn", None, None, None))])
