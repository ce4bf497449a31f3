from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from call_center.knowledge.first_articles import first_articles
from call_center.knowledge.terms import excerpt, marks_of, terms_of

texts = st.text("刹车异响abc 12，。S\uff21", max_size=40)


@given(texts, texts)
def test_the_terms_of_two_texts_are_those_of_each(one: str, other: str) -> None:
    assert set(terms_of(one, other)) == set(terms_of(one)) | set(terms_of(other))


@given(texts, st.integers(1, 20))
def test_every_mark_covers_terms_that_were_asked_for(text: str, width: int) -> None:
    terms = terms_of(text)
    part, marks = excerpt(text, terms, width)
    assert len(part) <= width
    assert part in text
    for begin, end in marks:
        assert 0 <= begin < end <= len(part)
    assert marks == sorted(marks)
    assert all(left[1] < right[0] for left, right in pairwise(marks))


def test_chinese_is_found_by_pairs_and_english_by_words() -> None:
    assert terms_of("刹车失灵！") == ["刹车", "失灵", "车失"]
    assert terms_of("Flat tyres, ＡＢＳ") == ["abs", "flat", "tyre"]
    assert set(terms_of("刹车")) <= set(terms_of("早上刹车有异响"))


def test_what_was_searched_for_is_marked() -> None:
    assert marks_of("停车后刹车有异响", terms_of("刹车异响")) == [(3, 5), (6, 8)]
    text, marks = excerpt("前" * 300 + "Brakes squeal", terms_of("brake"), width=20)
    assert [text[begin:end] for begin, end in marks] == ["Brake"]


def test_the_first_articles_come_in_both_languages() -> None:
    articles = first_articles()
    names = {name.rpartition("_")[0] for name in articles}
    assert {f"{name}_{language}" for name in names for language in ("zh", "en")} == set(articles)
    assert all(article.language == name.rpartition("_")[2] for name, article in articles.items())
