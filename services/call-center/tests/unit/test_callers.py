import pytest

from call_center.callers import Kind, comparable

MOBILE = "13812345678"
STATION = "5535951234"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("138 1234 5678", MOBILE),
        ("+86 138-1234-5678", MOBILE),
        ("0086 13812345678", MOBILE),
        ("86-13812345678", MOBILE),
        ("013812345678", MOBILE),
        ("＋８６ １３８１２３４５６７８", MOBILE),
        ("电话：138.1234.5678", MOBILE),
        ("0553-5951234", STATION),
        ("(0553) 595 1234", STATION),
        ("+86 553 5951234", STATION),
        ("+86 (0)553 5951234", STATION),
        ("0086 0553 5951234", STATION),
        ("010-88887777", "1088887777"),
        ("+86 10 8888 7777", "1088887777"),
        ("021 6888 7777", "2168887777"),
        ("400-883-8888", "4008838888"),
        ("95555", "95555"),
        ("+1 415 555 2671", "+14155552671"),
        ("001 415 555 2671", "+14155552671"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str, number: str) -> None:
    assert comparable("phone", written) == number


@pytest.mark.parametrize(
    "extension", ["转8001", " 转 8001", "分机8001", "分机: 8001", "-8001", " ext. 8001", "#8001", "x8001"]
)
@pytest.mark.parametrize("number", ["0553-5951234", "+86 553 5951234"])
def test_an_extension_is_the_same_however_it_is_written(number: str, extension: str) -> None:
    assert comparable("phone", number + extension) == f"{STATION};8001"


def test_colleagues_behind_one_switchboard_are_told_apart() -> None:
    numbers = {comparable("phone", "0553-5951234" + extension) for extension in ("", "-8001", "-8002")}
    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        *(("phone", written) for written in ("", "未知", "anonymous", "Unknown", "0", "00000000", "+", "138****5678")),
        *(("phone", written) for written in ("visitor-8a41c2", "sip:4711@pbx")),
        *(("email", written) for written in ("", "无", "unknown", "@")),
        *(("wechat", written) for written in ("", "匿名用户", "unknown")),
    ],
)
def test_what_names_nobody_is_never_the_same(kind: Kind, written: str) -> None:
    assert comparable(kind, written) == ""


def test_case_does_not_matter_in_mail_and_does_in_wechat() -> None:
    assert comparable("email", " Jingyu@Example.COM ") == "jingyu@example.com"
    assert comparable("wechat", "oABc_1") != comparable("wechat", "oabc_1")
