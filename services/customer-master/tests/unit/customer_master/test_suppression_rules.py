"""Suppression: refusals, missing consent, open complaints and caps, each alone and together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.documents import Document
from customer_master.suppression.rules import Contact, Known, Planned, Sending, reasons_against, suppression_rules

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
RULES = suppression_rules()
COMPLAINT = Document("feedback", "complaint", "1", "opened", None, NOW - timedelta(days=3))


def consent(purpose: str | None, channel: str | None, status: str) -> dict[str, Any]:
    return {"purpose": purpose, "channel": channel, "status": status}


NOTHING = Sending()


def codes(purpose: str = "marketing", channel: str = "sms", sends: Sending = NOTHING, **known: Any) -> list[str]:
    told = Known(**({"consents": [], "documents": [], "contacts": []} | known))
    return [reason.code for reason in reasons_against(RULES, Planned(purpose, channel, sends), told, NOW)]


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ([], ["consent_missing"]),
        ([consent("marketing", "sms", "granted")], []),
        ([consent("marketing", None, "granted")], []),
        ([consent("marketing", "email", "granted")], ["consent_missing"]),
        ([consent("marketing", None, "granted"), consent("marketing", "sms", "withdrawn")], ["consent_withdrawn"]),
        ([consent(None, None, "withdrawn")], ["consent_withdrawn"]),
        ([consent(None, "sms", "withdrawn")], ["consent_withdrawn"]),
        ([consent(None, None, "granted")], ["consent_missing"]),
    ],
)
def test_marketing_needs_a_yes_for_the_purpose(consents: list[dict[str, Any]], expected: list[str]) -> None:
    assert codes(consents=consents) == expected


def test_service_stands_unless_refused_and_a_contract_always() -> None:
    assert codes("service") == []
    assert codes("service", consents=[consent("service", "sms", "withdrawn")]) == ["consent_withdrawn"]
    assert codes("contract", consents=[consent(None, None, "withdrawn")]) == []


def test_an_open_complaint_silences_marketing_and_not_service() -> None:
    granted = [consent("marketing", "sms", "granted")]
    assert codes(consents=granted, documents=[COMPLAINT]) == ["open_complaint"]
    assert codes("service", documents=[COMPLAINT]) == []
    assert codes(consents=granted, documents=[COMPLAINT._replace(status="closed")]) == []


@pytest.mark.parametrize(("kind", "silenced"), [("rescue", True), ("claim", True), ("enquiry", False), (None, False)])
def test_of_cases_those_of_trouble_count(kind: str | None, silenced: bool) -> None:  # noqa: FBT001
    case = Document("call-center", "case", "1", "assigned", kind, NOW)
    assert (codes("survey", documents=[case]) == ["open_complaint"]) is silenced


def test_the_cap_counts_contacts_of_the_purpose_in_its_days() -> None:
    granted = [consent("marketing", "sms", "granted")]
    one, old = Contact("marketing", NOW - timedelta(days=2)), Contact("marketing", NOW - timedelta(days=30))
    assert codes(consents=granted, contacts=[one, old, Contact("service", NOW)]) == []
    assert codes(consents=granted, contacts=[one, one]) == ["frequency_cap"]


def test_the_same_is_not_sent_again_for_a_year_whoever_sent_it_for_whatever() -> None:
    granted = [consent("marketing", None, "granted")]
    catalogue = Sending(campaign="FAIR", material="产品目录")
    had = [Contact("service", NOW - timedelta(days=300), catalogue, "aftersales")]
    old = [Contact("marketing", NOW - timedelta(days=365), catalogue, "sales")]
    for sends in (Sending(material="产品目录"), Sending(campaign="FAIR"), Sending(campaign="FAIR", material="other")):
        assert codes(sends=sends, consents=granted, contacts=had) == ["already_sent"]
        assert codes(sends=sends, consents=granted, contacts=old) == []
    for sends in (Sending(), Sending(material="价格表"), Sending(template="FAIR")):
        assert codes(sends=sends, consents=granted, contacts=had) == []
    assert codes("contract", sends=catalogue, contacts=had) == []


def test_a_purpose_nobody_declared_is_held_to_the_strictest() -> None:
    assert codes("horoscope") == codes("marketing") == ["consent_missing"]


CONSENTS = st.lists(
    st.builds(
        consent,
        st.sampled_from(["marketing", "service", "survey", None]),
        st.sampled_from(["sms", "email", None]),
        st.sampled_from(["granted", "withdrawn"]),
    ),
    unique_by=lambda entry: (entry["purpose"], entry["channel"]),
)


@given(CONSENTS, st.sampled_from(sorted(RULES.purposes)), st.sampled_from(["sms", "email", "phone"]))
def test_what_speaks_against_never_opens_a_way(consents: list[dict[str, Any]], purpose: str, channel: str) -> None:
    """A withdrawal or a complaint more never makes a forbidden contact an allowed one."""
    before = codes(purpose, channel, consents=consents)
    narrowed = [entry for entry in consents if (entry["purpose"], entry["channel"]) != (purpose, channel)]
    refused = codes(purpose, channel, consents=[*narrowed, consent(purpose, channel, "withdrawn")])
    assert not before or refused
    assert set(before) <= set(codes(purpose, channel, consents=consents, documents=[COMPLAINT]))
