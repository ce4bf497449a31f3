"""Search terms of a text: words of Latin letters, and pairs of neighbouring Chinese characters (二元组); pure."""

import re
import unicodedata
from collections.abc import Iterable

_RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")


def terms_of(*texts: str) -> list[str]:
    """The terms of texts, each once, sorted; upper and lower case, full and half width are one.

    Chinese is written without spaces, so each two neighbours are a term: 刹车 and 车失, 失灵 of 刹车失灵. No dictionary
    is needed, and what is found holds the words that were asked for.
    """
    return sorted({term for text in texts for term in _terms(text)})


def _terms(text: str) -> Iterable[str]:
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        if _CHINESE.fullmatch(run) and len(run) > 1:
            yield from (run[start : start + 2] for start in range(len(run) - 1))
        else:
            yield _singular(run)


def _singular(word: str) -> str:
    """English words with and without a plural s are one; nothing finer is tried."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def marks_of(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where the terms stand in a text: ranges of characters, in order, joined where they touch."""
    lowered = "".join(_same_length(character) for character in text)
    found = sorted(
        (match.start(), match.end()) for term in set(terms) for match in re.finditer(re.escape(term), lowered)
    )
    joined: list[tuple[int, int]] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _same_length(character: str) -> str:
    """The character as terms have it, if that is one character as well; so that places stay what they are."""
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 else character


def excerpt(text: str, terms: Iterable[str], width: int = 120) -> tuple[str, list[tuple[int, int]]]:
    """The part of a text around the first term, at most `width` characters, and where terms stand in it."""
    terms = list(terms)
    marks = marks_of(text, terms)
    begin = max(0, marks[0][0] - width // 4) if marks else 0
    part = text[begin : begin + width]
    return part, marks_of(part, terms)
