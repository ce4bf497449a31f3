"""Standardising takes any JSON, says the same of what it has said, and stores without loss."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.blocking import blocking_keys
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.search import SearchQuery, search_keys
from entity_resolution.standardize import standardize
from entity_resolution.standardize.dates import parse_date
from entity_resolution.standardize.emails import emails
from entity_resolution.standardize.names import person_names
from entity_resolution.standardize.organizations import organization_name
from entity_resolution.standardize.phones import phones
from entity_resolution.standardize.text import clean, simplify
from entity_resolution.standardize.vehicles import standard_plate, standard_vin
from entity_resolution.survivorship.written_names import written_name

KEY = RecordKey("hq:crm", "1")
TELLING = "王欧阳靖宇先生女士老某*·（） ab+@.-/0123456789XOIQ转号市省公司有限沪农历年月日\u3000\ud800\x00"
texts = st.text() | st.text(alphabet=TELLING, max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
entries = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["value", "type", "issuer", "vin", "plate", "role", "from", "to", "full", "city", "region", "street"]
        ),
        json,
    )
    | json,
    max_size=4,
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "party_type": json,
        "name": json | st.dictionaries(st.sampled_from(["full", "family", "given", "organization"]), texts),
        "gender": json,
        "birth_date": json,
        "birth_date_lunar": json | st.dictionaries(st.sampled_from(["month", "day", "leap"]), scalars),
        "identifiers": json | entries,
        "phones": json | entries,
        "emails": json | entries,
        "addresses": json | entries,
        "vehicles": json | entries,
        "observed_at": json,
    },
)


@settings(deadline=None)
@given(bodies)
def test_any_json_is_standardised_keyed_and_stored(body: dict[str, Any]) -> None:
    record = standardize(KEY, body)
    assert StandardRecord.from_json(KEY, record.to_json()) == record
    assert all(-(2**63) <= key.hash < 2**63 for key in blocking_keys(record, MatchModel.load()))
    assert standardize(KEY, body) == record


@settings(deadline=None)
@given(texts)
def test_text_is_cleaned_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert simplify(simplify(text)) == simplify(text)


@settings(deadline=None)
@given(texts)
def test_values_are_standardised_once(text: str) -> None:
    for phone in phones(text):
        again = phones(phone.number)
        assert not again or again[0].number == phone.number
    for email in emails(text):
        assert not email.status or email in emails(email.address) or email.status == "invalid"
        if not email.status:
            assert emails(email.address) == (email,)
    if (date := parse_date(text)) and date.status in {"", "ambiguous"}:
        again_date = parse_date(date.text)
        assert again_date is not None
        assert again_date.text == date.text
    plate, _ = standard_plate(clean(text))
    assert standard_plate(plate)[0] == plate
    vin, _ = standard_vin(clean(text))
    assert standard_vin(vin)[0] == vin


@settings(deadline=None)
@given(texts)
def test_names_are_standardised_once(text: str) -> None:
    if (firm := organization_name(text)) is not None:
        assert organization_name(firm.text) == firm
    forms = person_names(text).forms
    if len(forms) == 1 and forms[0].kind in {"full", "latin"}:
        assert [form.text for form in person_names(written_name(forms[0])).forms] == [forms[0].text]


@settings(deadline=None)
@given(texts)
def test_any_query_can_be_searched(text: str) -> None:
    search_keys(SearchQuery(*[text] * 7))
