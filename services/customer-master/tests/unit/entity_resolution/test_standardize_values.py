"""Standardising one value at a time: the ways people write it, and what is doubtful about it."""

import pytest

from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize
from entity_resolution.standardize.addresses import address
from entity_resolution.standardize.dates import parse_date
from entity_resolution.standardize.emails import emails
from entity_resolution.standardize.identifiers import identifier, is_credit_code, is_resident_id, to_18_digits
from entity_resolution.standardize.names import person_names
from entity_resolution.standardize.organizations import is_organization_name, organization_name
from entity_resolution.standardize.phones import phones
from entity_resolution.standardize.vehicles import standard_plate, standard_vin
from entity_resolution.standardize.western_names import name_words


def standard(**body: object) -> StandardRecord:
    return standardize(RecordKey("dealer:D0001:dms", "C-1"), body)


@pytest.mark.parametrize(
    ("written", "number", "extension", "status"),
    [
        ("138 0013 8001", "+8613800138001", "", ""),
        ("１３８００１３８００１", "+8613800138001", "", ""),
        ("0086-138-0013-8001", "+8613800138001", "", ""),
        ("+86 13800138001", "+8613800138001", "", ""),
        ("013800138001", "+8613800138001", "", ""),
        ("021-62345678转8001", "+862162345678", "8001", ""),
        ("021-62345678分机8001", "+862162345678", "8001", ""),
        ("(021)62345678-8001", "+862162345678", "8001", ""),
        ("021-62345678 ext. 8001", "+862162345678", "8001", ""),
        ("02162345678", "+862162345678", "", ""),
        ("0551-4518930", "+865514518930", "", ""),
        ("+852 9123 4567", "+85291234567", "", ""),
        ("400-820-8820", "4008208820", "", "shared"),
        ("95588", "95588", "", "shared"),
        ("12315", "12315", "", "shared"),
        ("138****8001", "138****8001", "", "masked"),
        ("13800000000", "+8613800000000", "", "placeholder"),
        ("11111111111", "11111111111", "", "placeholder"),
        ("1390013800", "1390013800", "", "invalid"),
    ],
)
def test_phone(written: str, number: str, extension: str, status: str) -> None:
    (found,) = phones(written)
    assert (found.number, found.extension, found.status) == (number, extension, status)


@pytest.mark.parametrize("written", ["13800138001/13900139001", "13800138001，13900139001", "13800138001 13900139001"])
def test_several_phones_in_one_field(written: str) -> None:
    assert [found.number for found in phones(written)] == ["+8613800138001", "+8613900139001"]


@pytest.mark.parametrize("written", ["无", "", "保密", None, {"a": 1}])
def test_no_phone(written: object) -> None:
    assert phones(written) == ()


@pytest.mark.parametrize(
    ("written", "kind", "text", "family", "title"),
    [
        ("欧阳靖宇", "full", "欧阳靖宇", "欧阳", ""),
        ("歐陽靖宇", "full", "欧阳靖宇", "欧阳", ""),
        ("王 伟", "full", "王伟", "王", ""),
        ("王建国先生", "full", "王建国", "王", "先生"),
        ("王先生", "titled", "王", "王", "先生"),
        ("欧阳女士", "titled", "欧阳", "欧阳", "女士"),
        ("老张", "titled", "张", "张", "老"),
        ("小王", "titled", "王", "王", "小"),
        ("李总", "titled", "李", "李", "总"),
        ("李小妹", "full", "李小妹", "李", ""),
        ("王**", "masked", "王**", "王", ""),
        ("王某某", "masked", "王**", "王", ""),
        ("欧阳xx", "masked", "欧阳*", "欧阳", ""),
        ("买买提•艾力", "full", "买买提·艾力", "", ""),
        ("OUYANG JINGYU", "latin", "OUYANG JINGYU", "", ""),
        ("Mr Wang", "titled", "WANG", "WANG", "mr"),
        ("阿强", "nickname", "阿强", "", ""),
        ("小明", "nickname", "小明", "", ""),
    ],
)
def test_person_name(written: str, kind: str, text: str, family: str, title: str) -> None:
    (form,) = person_names(written).forms
    assert (form.kind, form.text, form.family, form.title) == (kind, text, family, title)


@pytest.mark.parametrize(
    ("characters", "letters"),
    [
        ("单田芳", "Shan Tianfang"),
        ("仇和", "QIU HE"),
        ("曾国藩", "zeng guofan"),
        ("查良镛", "Liangyong Zha"),
        ("翟天临", "Tianlin Zhai"),
        ("区志强", "Ou Zhiqiang"),
        ("吕布", "LYU BU"),
        ("吕布", "Lv Bu"),
        ("吕布", "Bu Lu"),
        ("王重阳", "Wang Chongyang"),
        ("欧阳靖宇", "Jing Yu Ouyang"),
        ("黄志明", "Wong Zhiming"),
    ],
)
def test_chinese_names_meet_their_letters(characters: str, letters: str) -> None:
    (chinese,), (latin,) = person_names(characters).forms, person_names(letters).forms
    assert set(chinese.keys) & set(latin.keys)


def test_one_field_with_two_scripts_holds_two_forms() -> None:
    forms = person_names("欧阳靖宇(OUYANG JINGYU)").forms
    assert [(form.kind, form.text) for form in forms] == [("full", "欧阳靖宇"), ("latin", "OUYANG JINGYU")]


@pytest.mark.parametrize("written", ["未知", "先生", "test", "***", "车主", "-"])
def test_fillers_are_no_name(written: str) -> None:
    assert person_names(written).forms == ()


def test_title_tells_the_gender_and_a_number_in_the_name_is_kept() -> None:
    record = standard(name={"full": "王女士13800138001"})
    assert record.gender == "female"
    assert record.hidden_phones == ("+8613800138001",)


@pytest.mark.parametrize(
    ("written", "core", "front", "bracketed", "branch"),
    [
        ("上海华鑫物流有限公司", "华鑫物流", "上海", "", ""),
        ("华鑫物流（上海）有限公司", "华鑫物流", "", "上海", ""),
        ("浙江省杭州市恒信贸易有限责任公司", "恒信贸易", "杭州", "", ""),
        ("恒信贸易股份有限公司北京分公司", "恒信贸易", "", "", "北京分公司"),
        ("上海华鑫物流有限公司 姜总", "华鑫物流", "上海", "", ""),
        ("Acme Trading Co., Ltd.", "ACME TRADING", "", "", ""),
    ],
)
def test_organization_name(written: str, core: str, front: str, bracketed: str, branch: str) -> None:
    found = organization_name(written)
    assert found is not None
    assert (found.core, found.front_place, found.bracketed_place, found.branch) == (core, front, bracketed, branch)


@pytest.mark.parametrize("written", ["王伟", "欧阳靖宇", "李小店", "OUYANG JINGYU", "王先生", "买买提·艾力"])
def test_people_are_no_organizations(written: str) -> None:
    assert not is_organization_name(written)


def test_resident_id() -> None:
    assert is_resident_id("11010519491231002X")
    assert not is_resident_id("110105194912310021")
    assert to_18_digits("110105491231002") == "11010519491231002X"
    record = standard(identifiers=[{"type": "身份证", "value": "110105491231002"}])
    assert (record.birth_date, record.gender, record.party_type) == ("1949-12-31", "female", "person")


@pytest.mark.parametrize(
    ("written", "status"),
    [("110105194912310021", "invalid"), ("1101051949****002X", "masked"), ("111111111111111111", "placeholder")],
)
def test_doubtful_resident_ids_are_flagged(written: str, status: str) -> None:
    record = standard(identifiers=[{"type": "cn_resident_id", "value": written}])
    assert record.identifiers[0].status == status
    assert record.flags == (("identifiers/0", status),)
    assert record.birth_date is None


def test_a_birth_date_that_no_calendar_has_tells_its_year() -> None:
    record = standard(birth_date="1956-18-04")
    assert (record.birth_date, record.flags) == ("1956", (("birth_date", "no_such_day"),))


def test_credit_code() -> None:
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
    assert standard(identifiers=[{"type": "uscc", "value": "91350100M000100Y43"}]).party_type == "organization"


def test_a_customer_number_means_something_at_its_source_only() -> None:
    found = identifier("dms_customer_no", None, "C-77", "dealer:D0001:dms")
    assert found is not None
    assert (found.issuer, found.value) == ("dealer:D0001:dms", "C77")


@pytest.mark.parametrize(
    ("written", "vin", "status"),
    [
        ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788", ""),
        ("1M8GDM9AXKPO42788", "1M8GDM9AXKP042788", ""),
        ("im8gdm9axkpQ42788", "1M8GDM9AXKP042788", ""),
        ("1M8GDM9AXKP042789", "1M8GDM9AXKP042789", "check_digit"),
        ("WBA3A5C50CF256651", "WBA3A5C50CF256651", ""),
        ("KP042788", "KP042788", "partial"),
        ("00000000000000000", "00000000000000000", "placeholder"),
        ("奥迪A6", "奥迪A6", "invalid"),
    ],
)
def test_vin(written: str, vin: str, status: str) -> None:
    assert standard_vin(written) == (vin, status)


@pytest.mark.parametrize(
    ("written", "plate", "status"),
    [
        ("沪A·12345", "沪A12345", ""),
        ("滬 a 12345", "沪A12345", ""),
        ("沪AD12345", "沪AD12345", ""),
        ("沪A12345D", "沪A12345D", ""),
        ("沪A1234O", "沪A12340", ""),
        ("粤Z1234港", "粤Z1234港", ""),
        ("京A1234警", "京A1234警", ""),
        ("A12345", "A12345", "no_province"),
        ("未上牌", "", "none"),
        ("无", "", "none"),
        ("临牌", "临牌", "temporary"),
        ("沪A1", "沪A1", "invalid"),
    ],
)
def test_plate(written: str, plate: str, status: str) -> None:
    assert standard_plate(written) == (plate, status)


@pytest.mark.parametrize(
    ("written", "text", "status"),
    [
        ("1990/1/2", "1990-01-02", ""),
        ("1990.01.02", "1990-01-02", ""),
        ("1990年1月2日", "1990-01-02", ""),
        ("一九九〇年十二月三十一日", "1990-12-31", ""),
        ("19900102", "1990-01-02", ""),
        (19900102, "1990-01-02", ""),
        ("1990-01-02T00:00:00Z", "1990-01-02", ""),
        ("1990-01", "1990-01", ""),
        ("1990年", "1990", ""),
        (1990, "1990", ""),
        ("25/04/1987", "1987-04-25", ""),
        ("05/04/1987", "1987-05-04", "ambiguous"),
        ("Jan 5, 1990", "1990-01-05", ""),
        ("5 January 1990", "1990-01-05", ""),
        ("1990-02-30", "1990", "no_such_day"),
        ("19561804", "1956", "no_such_day"),
        ("30/02/1990", "1990", "no_such_day"),
        ("born in spring", "born in spring", "unparsable"),
        ("1900-01-01", "1900-01-01", "placeholder"),
        ("农历1990年正月初一", "农历1990年正月初一", "lunar"),
        ("0001-01-01", "0001-01-01", "implausible"),
    ],
)
def test_date(written: object, text: str, status: str) -> None:
    found = parse_date(written)
    assert found is not None
    assert (found.text, found.status) == (text, status)


def test_lunar_birthdays_stay_apart_from_solar_ones() -> None:
    record = standard(birth_date="农历1990年正月初一", birth_date_lunar={"month": 4, "day": 7, "leap": True})
    assert (record.birth_date, record.birth_date_lunar) == (None, "04-07L")


@pytest.mark.parametrize(
    ("written", "address_", "status"),
    [
        (" Wang.Wei@Example.COM ", "wang.wei@example.com", ""),
        ("mailto:a.b+car@example.com", "a.b@example.com", ""),
        ("info@example.com", "info@example.com", "role"),
        ("none@example.com", "none@example.com", "placeholder"),
        ("wang@@example", "wang@@example", "invalid"),
        ("w***@example.com", "w***@example.com", "masked"),
    ],
)
def test_email(written: str, address_: str, status: str) -> None:
    (found,) = emails(written)
    assert (found.address, found.status) == (address_, status)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("浙江省杭州市西湖区文三路1号2幢303室", ("浙江", "杭州", "西湖区", "文三路1-2-303")),
        ("杭州西湖区文三路1号2栋303", ("浙江", "杭州", "西湖区", "文三路1-2-303")),
        ("北京市朝阳区建国路88号", ("北京", "北京", "朝阳区", "建国路88")),
        ("新疆维吾尔自治区乌鲁木齐市天山区", ("新疆", "乌鲁木齐", "天山区", "")),
    ],
)
def test_address(written: str, expected: tuple[str, str, str, str]) -> None:
    found = address({"full": written})
    assert found is not None
    assert found[:4] == expected


def test_party_type_follows_names_and_identifiers() -> None:
    assert standard(name={"full": "上海华鑫物流有限公司"}, party_type="person").party_type == "organization"
    assert standard(name={"full": "王伟"}, party_type="organization").party_type == "organization"
    assert standard(name={"full": "王伟", "organization": "华鑫物流"}, party_type="person").organization is None
    assert standard(name={"full": "王伟"}).party_type is None


@pytest.mark.parametrize(
    ("written", "text", "generation"),
    [
        ("Dr. John A. Smith Jr.", "JOHN A SMITH JR", "JR"),
        ("SMITH, John", "JOHN SMITH", ""),
        ("O'Brien, Mary-Jane", "MARY-JANE O'BRIEN", ""),
        ("John Smith, PhD", "JOHN SMITH", ""),
        ("J.R. Ewing III", "J R EWING III", "III"),
        ("José García Márquez", "JOSÉ GARCÍA MÁRQUEZ", ""),
    ],
)
def test_western_person_name(written: str, text: str, generation: str) -> None:
    (form,) = person_names(written).forms
    assert (form.kind, form.text, form.generation) == ("latin", text, generation)


@pytest.mark.parametrize(
    ("given", "family", "words"),
    [
        ("Anna Maria", "van der Berg", (("ANNA", "MARIA"), ("VANDERBERG",))),
        ("Jürgen", "Großmann", (("JURGEN",), ("GROSSMANN",))),
        ("Mary", "Mc Donald", (("MARY",), ("MCDONALD",))),
        ("Anne", "Smith-Jones", (("ANNE",), ("SMITH", "JONES"))),
        (None, "Wu", ((), ("WU",))),
    ],
)
def test_western_name_words(given: str | None, family: str, words: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    (form,) = person_names(None, family, given).forms
    assert name_words(form)[:2] == words


@pytest.mark.parametrize(
    ("written", "door", "place"),
    [
        (
            "7 wallaby place, delmar, cleveland, sa 2119",
            ("", "7", "WALLABY PL"),
            ("CLEVELAND", "SA", "2119", ""),
        ),
        (
            "Apt 3, 12 Smith Street, Springfield, Illinois 62704-1234, USA",
            ("3", "12", "SMITH ST"),
            ("SPRINGFIELD", "IL", "62704", "US"),
        ),
        ("10 Downing St, London SW1A 2AA", ("", "10", "DOWNING ST"), ("LONDON", "", "SW1A2AA", "")),
        ("Hauptstraße 12a, 80331 München, Germany", ("", "12A", "HAUPTSTR"), ("MUNCHEN", "", "80331", "DE")),
        ({"street": "4/12 High Street", "city": "Perth"}, ("4", "12", "HIGH ST"), ("PERTH", "", "", "")),
        ({"street": "PO Box 17", "country": "United Kingdom"}, ("", "17", "POBOX"), ("", "", "", "GB")),
        ({"street": "1234 Elm Street Apt 5B"}, ("5B", "1234", "ELM ST"), ("", "", "", "")),
        ("350 Fifth Avenue, New York, NY 10118", ("", "350", "5TH AVE"), ("NEW YORK", "NY", "10118", "")),
    ],
)
def test_western_address(written: object, door: tuple[str, ...], place: tuple[str, ...]) -> None:
    found = address(written)
    assert found is not None
    assert (found.unit, found.number, found.street) == door
    assert (found.city, found.region, found.postal_code, found.country) == place


@pytest.mark.parametrize(
    ("written", "core", "form"),
    [
        ("Acme Products Pty. Limited", "ACME PRODUCTS", "PTY LTD"),
        ("The Smith & Sons Company", "SMITH SONS", "CO"),
        ("S.A. Dupont", "DUPONT", "SA"),
        ("Müller Maschinenbau GmbH & Co. KG", "MULLER MASCHINENBAU", "GMBH CO KG"),
        ("I.B.M.", "IBM", ""),
        ("Data Systems Intl", "DATA SYSTEMS INTERNATIONAL", ""),
        ("Novo Nordisk A/S", "NOVO NORDISK", "AS"),
    ],
)
def test_western_organization(written: str, core: str, form: str) -> None:
    found = organization_name(written)
    assert found is not None
    assert (found.core, found.form) == (core, form)


@pytest.mark.parametrize("written", ["Mary Church", "Pedro de Sá", "WANG BO", "O'Brien, Mary", "Anna Kg"])
def test_western_people_are_no_organizations(written: str) -> None:
    assert not is_organization_name(written)


@pytest.mark.parametrize(
    ("written", "day_first", "text", "status"),
    [
        ("05/04/1987", False, "1987-05-04", "ambiguous"),
        ("05/04/1987", True, "1987-04-05", "ambiguous"),
        ("25/04/1987", False, "1987-04-25", ""),
        ("04/25/1987", True, "1987-04-25", ""),
        ("4th May 1987", False, "1987-05-04", ""),
        ("May 4th, 1987", False, "1987-05-04", ""),
        ("04-May-87", False, "1987-05-04", "ambiguous"),
        ("1987-May-04", False, "1987-05-04", ""),
        ("19870504", False, "1987-05-04", ""),
    ],
)
def test_western_date(written: str, *, day_first: bool, text: str, status: str) -> None:
    assert parse_date(written, day_first=day_first) == (text, status)


def test_country_of_the_address_orders_dates_and_completes_phones() -> None:
    found = standard(
        birth_date="05/04/1987",
        phones=[{"value": "0412 345 678"}],
        addresses=[{"city": "Perth", "country": "Australia"}],
    )
    assert found.birth_date == "1987-04-05"
    assert [phone.number for phone in found.phones] == ["+61412345678"]


@pytest.mark.parametrize(
    ("written", "status"),
    [("536-22-1847", ""), ("123456789", "placeholder"), ("000-12-3456", "invalid"), ("1804974", "unverified")],
)
def test_social_security_number(written: str, status: str) -> None:
    found = identifier("soc_sec_id", None, written, "hq:crm")
    assert found is not None
    assert (found.type, found.status) == ("ssn", status)


def test_google_mail_knows_no_dots() -> None:
    assert emails("Mitch.Greenwood+car@googlemail.com") == emails("mitchgreenwood@gmail.com")
