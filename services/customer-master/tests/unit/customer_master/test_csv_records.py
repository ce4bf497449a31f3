"""A table becomes records: its columns in two languages, its rows as people write them."""

import csv
import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.csv_records import COLUMNS, Table, WrongRowError
from isthmus.http import Unprocessable

SOURCE = "hq:cards"
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)


def test_a_card_becomes_a_person_who_works_at_a_firm() -> None:
    table = Table("姓名,单位,手机,手机,邮箱,职务".encode("gb18030"), SOURCE)
    record = orjson.loads(table.record('叶知秋,"江城,汽贸",13900000001,0553-1234567,a@b.cn,采购经理'.encode("gb18030")))
    assert len(record.pop("record_id")) == 32
    assert record == {
        "source": SOURCE,
        "name": {"full": "叶知秋", "organization": "江城,汽贸"},
        "party_type": "person",
        "phones": [{"value": "13900000001"}, {"value": "0553-1234567"}],
        "emails": [{"value": "a@b.cn"}],
        "attributes": {"职务": "采购经理"},
    }


def test_a_row_with_a_number_of_its_own_keeps_it_and_others_are_known_by_what_they_say() -> None:
    table = Table(b"\xef\xbb\xbfrecord_id,name\r", SOURCE)
    assert orjson.loads(table.record(b"C-7,Li Na\r"))["record_id"] == "C-7"
    first, again, other = (orjson.loads(table.record(row))["record_id"] for row in (b",Li Na", b" , Li Na ", b",Li N"))
    assert first == again != other


@pytest.mark.parametrize("row", [b"Li Na,1,2", b'"Li Na', b"", b" , "])
def test_a_row_that_does_not_fit_is_told(row: bytes) -> None:
    with pytest.raises(WrongRowError):
        Table(b"name,phone", SOURCE).record(row)


@pytest.mark.parametrize("heading", [b"", b"colour,size", b'"name'])
def test_a_heading_without_a_known_column_is_refused(heading: bytes) -> None:
    with pytest.raises(Unprocessable):
        Table(heading, SOURCE)


@given(st.lists(st.tuples(st.sampled_from(sorted(COLUMNS)), CELLS), min_size=1, max_size=12))
def test_whatever_a_cell_says_stands_in_the_record(row: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([[column for column, _ in row], [cell for _, cell in row]])
    heading, _, cells = written.getvalue().encode().partition(b"\r\n")
    told = {column: cell.strip() for column, cell in row if cell.strip()}
    if not told:
        return
    record = Table(heading, SOURCE).record(cells.removesuffix(b"\r\n"))
    kept = orjson.loads(record)
    text = orjson.dumps(kept).decode()
    assert all(orjson.dumps(cell).decode()[1:-1] in text for cell in told.values())
