"""Known Western cases: people and firms, mostly without telephone number and identifier, and who is one customer."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entity_resolution.compare import compare_pairs
from entity_resolution.levels.western_names import western_agreement
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize
from entity_resolution.standardize.names import person_names
from entity_resolution.standardize.western_names import name_words

MODEL = MatchModel.load()
Body = dict[str, Any]

HOME = {"street": "12 Wallaby Place", "city": "Cleveland", "region": "QLD", "postal_code": "4163", "country": "AU"}
SAME_HOME = {"full": "12 wallaby pl, Cleveland, Queensland 4163, Australia"}
IN_A_SMALL_POST_CODE = {"city": "Epsom", "postal_code": "SM6 9YN", "country": "GB"}
ELSEWHERE = {"street": "7 Henty Street", "city": "Perth", "region": "WA", "postal_code": "6000", "country": "AU"}
BORN, BORN_LATER, CHILD_BORN = "1956-04-09", "1959-11-21", "1984-02-17"


def person(given: str | None, family: str | None, birth_date: str | None = None, **more: Any) -> Body:
    return {"name": {"given": given, "family": family}, "birth_date": birth_date, **more}


def at(*addresses: Body) -> Body:
    return {"addresses": list(addresses)}


def named(full: str, birth_date: str | None = None, **more: Any) -> Body:
    return {"name": {"full": full}, "birth_date": birth_date, **more}


def firm(name: str, **more: Any) -> Body:
    return {"party_type": "organization", "name": {"organization": name}, **more}


def ssn(value: str) -> Body:
    return {"identifiers": [{"type": "ssn", "value": value}]}


def standard(body: Body, record_id: str = "a") -> StandardRecord:
    return standardize(RecordKey("hq:crm", record_id), body)


def level(left: Body, right: Body, field: str) -> str:
    (decision,) = compare_pairs([(standard(left), standard(right, "b"))], MODEL)
    return next((part.level for part in decision.contributions if part.field == field), "")


def are_one(*bodies: Body) -> bool:
    """Resolve from the blocking keys on, as the product does."""
    records = [standard(body, str(position)) for position, body in enumerate(bodies)]
    return len(resolve(records, MODEL).partition.clusters) == 1


ONE: dict[str, tuple[Body, ...]] = {
    # Customers of one family name, birthday and home are far more often one person under two first names than twins.
    "a second first name": (
        person("Emma", "Greenwood", BORN, **at(HOME)),
        person("Olivia", "Greenwood", BORN, **at(SAME_HOME)),
    ),
    "name and birth date": (person("Mitchell", "Greenwood", BORN), named("GREENWOOD, Mitchell", "09/04/1956")),
    "swapped name parts": (person("Mitchell", "Greenwood", BORN), person("Greenwood", "Mitchell", BORN)),
    "a slip in either part": (person("Mitchel", "Greenwood", BORN), person("Mitchell", "Greenwod", BORN, **at(HOME))),
    "a nickname": (named("Bob Featherstone", BORN), named("Robert Featherstone", BORN)),
    "an initial at home": (
        named("M. Featherstone", BORN, **at(HOME)),
        named("Mary Featherstone", BORN, **at(SAME_HOME)),
    ),
    "a middle name": (named("Mary Anne Featherstone", BORN), named("Mary Featherstone", BORN)),
    "accents and particles": (named("José van der Berg", BORN), person("Jose", "Vanderberg", BORN)),
    "name and address without birth date": (
        person("Mitchell", "Greenwood", **at(HOME)),
        person("Mitchell", "Greenwood", **at(SAME_HOME)),
    ),
    "married, at the same door": (
        person("Violeta", "Hirsch", BORN, **at(HOME)),
        person("Violeta", "Calley", BORN, **at(SAME_HOME)),
    ),
    "married, with the same number": (
        named("Violeta Hirsch", phones=[{"value": "+61 412 345 678"}]),
        named("Violeta Calley", phones=[{"value": "+61 412 345 678"}]),
    ),
    "day and month interchanged, at home": (
        person("Mitchell", "Greenwood", "1956-04-09", **at(HOME)),
        person("Mitchell", "Greenwood", "1956-09-04", **at(SAME_HOME)),
    ),
    "family name missing": (
        person("Mitchell", None, BORN, **at(HOME)),
        person("Mitchell", "Greenwood", BORN, **at(SAME_HOME)),
    ),
    "only the year of birth is known": (
        person("Mitchell", "Greenwood", "1956-01-01", **at(HOME)),
        person("Mitchell", "Greenwood", "1956-04-09", **at(SAME_HOME)),
    ),
    "a rare name and the place of birth": (
        named("Ebenezer Featherstonehaugh", attributes={"birth_place": "Whitby"}),
        named("Ebenezer Q Featherstonehaugh", attributes={"birth_place": "Whitby, Yorkshire"}),
    ),
    "a slip in the social security number": (
        person("Mitchell", "Greenwood", BORN, **ssn("536-22-1847")),
        person("Mitchell", "Greenwood", BORN, **ssn("536-22-1874")),
    ),
    "an e-mail address with dots and a tag": (
        named("Mitchell Greenwood", emails=[{"value": "Mitch.Greenwood+car@gmail.com"}]),
        named("M. Greenwood", emails=[{"value": "mitchgreenwood@googlemail.com"}]),
    ),
    "a telephone number in national writing": (
        named("Mitchell Greenwood", phones=[{"value": "0412 345 678"}], **at(HOME)),
        named("Mitchell Greenwood", phones=[{"value": "+61 412 345 678"}]),
    ),
    "a number whose country one of the two leaves open": (
        named(
            "Andrew Hernandez", phones=[{"value": "(331) 206-6632"}], addresses=[{"city": "Aurora", "country": "US"}]
        ),
        named("HERNANDEZ, Andrew", phones=[{"value": "331.206.6632"}]),
    ),
    "a number of a block not in use": (
        named("Nicholas Washington", phones=[{"value": "+1-944-635-4719"}]),
        named("Nick Washington", phones=[{"value": "(944) 635-4719"}]),
    ),
    "parts interchanged, a new family name, birth date and home": (
        person("Emily", "Richmond", BORN, **at(HOME)),
        person("Richmond", "Sarsha", BORN, **at(SAME_HOME)),
    ),
    "an estate named beside the street": (
        person("Mitchell", "Greenwood", **at(HOME)),
        person("Mitchell", "Greenwood", **at(HOME | {"street": "12 Wallaby Place Greenfields Estate"})),
    ),
    "a rare name and a day of birth misread": (
        named("Ebenezer Featherstonehaugh", "1956-04-09"),
        named("Ebenezer Featherstonehaugh", "1956-04-27"),
    ),
    "a slip in both names": (named("Mitchel Grenwood", BORN), named("Mitchell Greenwood", BORN)),
    "an initial of a common name": (named("M. Smith", BORN), named("Mary Smith", BORN)),
    "a slip in a rare name, in a small post code": (
        named("Ebenezer Featherstone", **at(IN_A_SMALL_POST_CODE)),
        named("Ebeneser Featherstone", **at(IN_A_SMALL_POST_CODE)),
    ),
    "a woman's birth date mistaken, at home": (
        person("Emily", "Greenwood", BORN, **at(HOME)),
        person("Emily", "Greenwood", CHILD_BORN, **at(SAME_HOME)),
    ),
    "a woman's birth date mistaken, family name first": (
        person("Emily", "Greenwood", BORN, **at(HOME)),
        person("Greenwood", "Emily", CHILD_BORN, **at(SAME_HOME)),
    ),
    "a birth date that no calendar has, of the same year": (
        person("J", "Greenwood", "1956-18-04", **at(HOME)),
        person("John", "Greenwood", BORN, **at(SAME_HOME)),
    ),
    "a slip in the word for street, other birth dates": (
        person("Mitchell", "Greenwood", BORN, **at(HOME)),
        person("Mitchell", "Greenwood", BORN_LATER, **at(HOME | {"street": "12 Wallaby Pklace"})),
    ),
    "a numbered house of an estate, its street unknown": (
        person("Mitchell", "Greenwood", **at(HOME | {"street": "12", "district": "Brentwood Village"})),
        person("Mitchell", "Greenwood", **at(HOME | {"district": "Brentwood Village"})),
    ),
    "married, among records that know no number": (
        named("Violeta Hirsch", BORN, **at(HOME)),
        named("Violeta Hirsch", BORN),
        named("Violeta Hirsch", phones=[{"value": "+61 412 345 678"}], **at(HOME)),
        named("Violeta Calley", phones=[{"value": "+61 412 345 678"}]),
    ),
    "slips in both names that change their sound, in a small post code": (
        named("Ebenezer Featherstone", **at(IN_A_SMALL_POST_CODE)),
        named("Ebzeneer Feathsertone", **at(IN_A_SMALL_POST_CODE)),
    ),
    "a slip in a small post code": (
        named("Ebenezer Featherstone", **at(IN_A_SMALL_POST_CODE)),
        named("Ebenezer Featherston", **at(IN_A_SMALL_POST_CODE | {"postal_code": "SM6 9NY"})),
    ),
    "parts interchanged, and an initial": (
        named("Featherstone, M.", BORN, **at(HOME)),
        person("Featherstone", "Mary", BORN, **at(SAME_HOME)),
    ),
    "a firm's legal form": (firm("Kestrel Plumbing Pty Ltd", **at(HOME)), firm("KESTREL PLUMBING PTY. LIMITED")),
    "and, The, abbreviations": (
        firm("The Hufford & Lipscomb Engineering Co."),
        firm("Hufford and Lipscomb Eng Company"),
    ),
    "a slip in a firm's name, its own mailbox": (
        firm("Hudson Arnold Ltd", emails=[{"value": "info@hudsonarnold.com"}]),
        firm("Hudsn Arnold", emails=[{"value": "info@hudsonarnold.com"}]),
    ),
    "a tax number with and without its country": (
        firm("Hudson Arnold Ltd", identifiers=[{"type": "vat", "value": "GB 123 4567 82"}]),
        firm("Arnold Limited", identifiers=[{"type": "vat_id", "value": "123456782"}]),
    ),
    "a firm's words in another order": (
        firm("Escobedo Transports SARL", **at(HOME)),
        firm("Transports Escobedo S.A.R.L.", **at(SAME_HOME)),
    ),
    "a slip in a firm's name": (
        firm("Müller Maschinenbau GmbH & Co. KG", **at(HOME)),
        firm("Mueller Maschinenbua GmbH und Co. KG", **at(SAME_HOME)),
    ),
}
SEVERAL: dict[str, tuple[Body, ...]] = {
    "husband and wife": (
        person("John", "Greenwood", BORN, **at(HOME)),
        person("Mary", "Greenwood", BORN_LATER, **at(HOME)),
    ),
    "husband and wife without birth dates": (
        person("John", "Greenwood", **at(HOME)),
        person("Mary", "Greenwood", **at(HOME)),
    ),
    "twins of two genders": (
        person("Emma", "Greenwood", BORN, gender="female", **at(HOME)),
        person("Oliver", "Greenwood", BORN, gender="male", **at(HOME)),
    ),
    "twins known by their numbers": (
        person("Emma", "Greenwood", BORN, **ssn("219-44-1187"), **at(HOME)),
        person("Olivia", "Greenwood", BORN, **ssn("457-31-9028"), **at(HOME)),
    ),
    "twins, each named by two records": (
        person("Emma", "Greenwood", BORN, **at(HOME)),
        named("Emma Greenwood", BORN, **at(SAME_HOME)),
        person("Olivia", "Greenwood", BORN, **at(HOME)),
        named("Greenwood, Olivia", BORN, **at(SAME_HOME)),
    ),
    "born on one day, named alike, at two homes": (
        person("Emma", "Greenwood", BORN, **at(HOME)),
        person("Olivia", "Greenwood", BORN, **at(ELSEWHERE)),
    ),
    "father and son": (
        person("John", "Greenwood", BORN, **at(HOME)),
        person("John", "Greenwood", CHILD_BORN, **at(HOME)),
    ),
    "father and son, a slip in the street": (
        person("John", "Greenwood", BORN, **at(HOME)),
        person("John", "Greenwood", CHILD_BORN, **at(HOME | {"street": "12 Wallabyplace"})),
    ),
    "father and son, family name first": (
        person("Mitchell", "Greenwood", BORN, **at(HOME)),
        person("Greenwood", "Mitchell", CHILD_BORN, **at(SAME_HOME)),
    ),
    "father and son, of whom one is known to the year": (
        person("John", "Greenwood", BORN[:4], **at(HOME)),
        person("John", "Greenwood", CHILD_BORN, **at(HOME)),
    ),
    "father and son, a birth date that no calendar has": (
        person("John", "Greenwood", "1956-18-04", **at(HOME)),
        person("John", "Greenwood", CHILD_BORN, **at(HOME)),
    ),
    "mother and daughter of one initial": (
        person("J", "Greenwood", BORN, **at(HOME)),
        person("Joan", "Greenwood", CHILD_BORN, **at(HOME)),
    ),
    "senior and junior": (named("John Greenwood Sr", **at(HOME)), named("John Greenwood Jr.", **at(HOME))),
    "names alike in one house": (person("Harry", "Greenwood", **at(HOME)), person("Haley", "Greenwood", **at(HOME))),
    "an initial in one house": (person("J", "Greenwood", **at(HOME)), person("Joan", "Greenwood", **at(HOME))),
    "a family whose name is a first name": (
        person("Judith", "May", **at(HOME)),
        person("May", "Janet", **at(SAME_HOME)),
    ),
    "an initial in a small post code": (
        person("J", "Greenwood", **at(IN_A_SMALL_POST_CODE)),
        person("Joan", "Greenwood", **at(IN_A_SMALL_POST_CODE)),
    ),
    "a common name, born in one month": (named("John Smith", "1956-04-09"), named("John Smith", "1956-04-27")),
    "wife and husband with one number of an open country": (
        named("Emma Greenwood", phones=[{"value": "(944) 635-4719"}]),
        named("Oliver Greenwood", phones=[{"value": "+1-944-635-4719"}]),
    ),
    "one first name, one mailbox, two birth dates": (
        named("Violeta Hirsch", BORN, emails=[{"value": "family.hirsch@example.org"}]),
        named("Violeta Calley", CHILD_BORN, emails=[{"value": "family.hirsch@example.org"}]),
    ),
    "nobody named at one door": ({**at(HOME)}, person("John", "Greenwood", **at(HOME))),
    "a common name in one city": (
        named("John Smith", **at({"city": "London"})),
        named("John Smith", **at({"city": "London"})),
    ),
    "a common name, nothing else": (named("John Smith"), named("John Smith")),
    "a common name and the place of birth": (
        named("John Smith", attributes={"birth_place": "Whitby"}),
        named("John Smith", attributes={"birth_place": "Whitby"}),
    ),
    "a rare name, nothing else": (named("Ebenezer Featherstonehaugh"), named("Ebenezer Featherstonehaugh")),
    "a common name, other birth dates": (
        named("John Smith", BORN, **at(ELSEWHERE)),
        named("John Smith", BORN_LATER, **at(ELSEWHERE)),
    ),
    "pinyin names with one surname": (named("WANG WEI", BORN, **at(HOME)), named("WANG FANG", BORN_LATER, **at(HOME))),
    "two social security numbers": (
        person("Mitchell", "Greenwood", BORN, **ssn("536-22-1847")),
        person("Mitchell", "Greenwood", BORN, **ssn("219-48-6635")),
    ),
    "two firms at one address": (
        firm("Brightwater Foods Ltd", **at(HOME)),
        firm("Brightwater Engineering Ltd", **at(HOME)),
    ),
    "numbered firms": (firm("Orbis Fund 12 LLC", **at(HOME)), firm("Orbis Fund 13 LLC", **at(HOME))),
    "common words in another place": (
        firm("Jones Foods Co.", **at(HOME)),
        firm("Jones Foods Corp", **at(ELSEWHERE)),
    ),
    "two tax numbers": (
        firm("Kestrel Plumbing Pty Ltd", identifiers=[{"type": "abn", "value": "51824753556"}]),
        firm("Kestrel Plumbing Pty Ltd", identifiers=[{"type": "abn", "value": "83914571673"}]),
    ),
    "a firm's name of common words": (firm("Premier Services", **at(HOME)), firm("Premier Services", **at(ELSEWHERE))),
    "branches": (firm("Acme Foods Ltd - Leeds Branch"), firm("Acme Foods Ltd - York Branch")),
}


@pytest.mark.parametrize("bodies", ONE.values(), ids=ONE.keys())
def test_one_customer(bodies: tuple[Body, ...]) -> None:
    assert are_one(*bodies)


@pytest.mark.parametrize("bodies", SEVERAL.values(), ids=SEVERAL.keys())
def test_several_customers(bodies: tuple[Body, ...]) -> None:
    assert not are_one(*bodies)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Robert Smith", "SMITH, Bob", "nickname_latin"),
        ("John A Smith", "John B Smith", "other_middle"),
        ("Smith, Anne", "Smith-Jones, Anne", "family_part"),
        ("Jürgen Müller", "Jurgen Mueller", "same_latin"),
        ("Mary O'Brien", "Mary O Brien", "same_latin"),
        ("Mary Jones", "Mary Smith", "other_family"),
        ("Mary Smith", "John Smith", "other_given_latin"),
        ("Mary Smith", "John Brown", "other_latin"),
        ("John Smith Jr", "John Smith III", "other_generation"),
        ("WANG WEI", "WEI WANG", "same_latin"),
        ("Natalie Cook", "E. Cook", "other_given_latin"),
        ("Wilson, M.", "M., Willson", "near_both"),
        ("WANG WEI", "WANG FANG", "other_given_latin"),
    ],
)
def test_name_levels(left: str, right: str, expected: str) -> None:
    assert level(named(left), named(right), "name") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (HOME, SAME_HOME, "same_unit"),
        (HOME, {**HOME, "street": "12 Walaby Pl"}, "near_unit"),
        (HOME, {**HOME, "street": "12 Wallaby Plcae"}, "same_unit"),
        (HOME, {**HOME, "street": "12 Wallabyplace"}, "same_unit"),
        ({**HOME, "district": "Delmar"}, {**HOME, "street": "12", "district": "Delmar"}, "same_street"),
        ({**HOME, "district": "Delmar"}, {**HOME, "street": "12 Henty St", "district": "Delmar"}, "near_street"),
        (HOME, {**HOME, "street": "Wallaby Place"}, "same_street"),
        (HOME, {**HOME, "street": "Unit 4, 12 Wallaby Place"}, "same_unit"),
        ({**HOME, "street": "3/12 Wallaby Place"}, {**HOME, "street": "Unit 4, 12 Wallaby Place"}, "other_unit"),
        ({**HOME, "district": "Delmar"}, {**HOME, "street": "12 Delmar", "district": "Wallaby Place"}, "same_unit"),
        (HOME, ELSEWHERE, "other_street"),
    ],
)
def test_address_levels(left: Body, right: Body, expected: str) -> None:
    assert level(at(left), at(right), "address") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Acme Foods Ltd", "ACME FOODS LIMITED", "same"),
        ("Acme Foods Ltd", "Acme Foods GmbH", "other_form"),
        ("Acme Foods Ltd", "Acmee Foods Ltd", "near"),
        ("International Business Machines Corp", "I.B.M.", "acronym"),
        ("Zylkene Holdings International", "Zylkene", "part_of"),
        ("Acme", "Acme", "short_form"),
        ("Acme Foods Ltd", "Zylkene Motors Ltd", "other"),
        ("Toyota Motor (UK) Ltd", "Toyota Motor (Australia) Ltd", "other_place"),
    ],
)
def test_organization_levels(left: str, right: str, expected: str) -> None:
    assert level(firm(left), firm(right), "organization") == expected


LETTERS = st.text(alphabet="ABEJNORSTüéØ' -.,", min_size=1, max_size=24)


@settings(deadline=None)
@given(LETTERS, LETTERS)
def test_western_names_agree_symmetrically(left: str, right: str) -> None:
    for one in person_names(left).forms:
        for other in person_names(right).forms:
            if one.kind == other.kind == "latin":
                assert western_agreement(one, other) == western_agreement(other, one)
                assert western_agreement(one, one).level == "same_latin" or not all(name_words(one)[:2])


@settings(deadline=None)
@example({"city": "AB"})
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(["full", "street", "city", "postal_code", "district"], LETTERS))
)
def test_addresses_and_firms_compare_symmetrically(address: Body) -> None:
    left, right = firm(address.get("full", "A B"), **at(address)), firm(address.get("city", "B A"), **at(HOME))
    for field in ("address", "place", "district", "organization", "organization_frequency"):
        assert level(left, right, field) == level(right, left, field)


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ("+1-944-635-4719", "9446354719", "same_digits"),
        ("+49(0)6082 896101", "(06082) 896101", "same_digits"),
        ("944-635-4719 x12", "944-635-4719 x13", "other_extension"),
        # Two numbers that are understood are two numbers, whatever their last digits.
        ("+1 213 761 2971", "+1 313 761 2971", ""),
        ("010-62345678", "021-62345678", ""),
        ("999999999", "+1 999999999", ""),
    ],
)
def test_numbers_of_an_open_country_meet_by_their_digits(left: str, right: str, told: str) -> None:
    assert level({"phones": [{"value": left}]}, {"phones": [{"value": right}]}, "phone") == told


def test_a_number_of_an_open_country_that_many_give_proves_nothing() -> None:
    names = ("Emma Hart", "Noah Briggs", "Olivia Stone", "Liam Frost", "Sophia Wolfe", "Mason Pike", "Ava Lamb")
    records = [
        standard(named(name, phones=[{"value": "(944) 635-4719"}]), str(position))
        for position, name in enumerate((*names, "Emma Hart"))
    ]
    assert len(resolve(records[:1] + records[-1:], MODEL).partition.clusters) == 1
    assert len(resolve(records, MODEL).partition.clusters) == len(records)
