"""What codes are called for people: the Chinese terms of `codes.yaml`; in English the words of the code itself."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

_YES_AND_NO = {"zh": ("是", "否"), "en": ("yes", "no")}


def term_of(code: str, field: str, language: Literal["zh", "en"]) -> str:
    """A code of a field in words: `in_progress` is `处理中` or `in progress`; a code nobody named stays as it is."""
    if language == "en":
        return code.replace("_", " ")
    terms = _terms()
    return terms.get(f"{field}.{code}") or terms.get(code, code)


def yes_or_no(value: bool, language: Literal["zh", "en"]) -> str:  # noqa: FBT001 - what it is about
    """A truth value in words."""
    return _YES_AND_NO[language][0 if value else 1]


def has_term(code: str, field: str) -> bool:
    """Whether a code has a Chinese term."""
    return f"{field}.{code}" in _terms() or code in _terms()


@cache
def _terms() -> dict[str, str]:
    text = files("isthmus.exports").joinpath("codes.yaml").read_text("utf-8")
    # No implicit types: to YAML 1.1, a code such as `on` would be a truth value.
    terms: dict[str, str] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts
    return terms
