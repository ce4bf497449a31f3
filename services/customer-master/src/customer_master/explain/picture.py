"""Answers an explanation as a picture to whoever asks for one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response

from entity_resolution.waterfall_chart import Language, Words, waterfall_svg
from isthmus.http.problem_titles import preferred_language

_SVG = "image/svg+xml"

Format = Annotated[
    Literal["json", "svg"] | None,
    Query(description="`svg` draws the waterfall; without it the `Accept` header decides. Labels: `Accept-Language`."),
]

PICTURE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The explanation, or its picture.", "content": {_SVG: {"schema": {"type": "string"}}}}
}


def wants_picture(request: Request, asked: str | None) -> bool:
    """Whether to draw: said in the query, or else by an Accept header that names SVG and not JSON."""
    accepted = request.headers.get("Accept", "")
    return asked == "svg" if asked else _SVG in accepted and "application/json" not in accepted


def language_of(request: Request) -> Language:
    """The language of the labels."""
    return preferred_language(request.headers.get("Accept-Language"))


def verdict(words: Words, *, together: bool, reason: str) -> str:
    """One line on whether two records are one customer, and why."""
    return f"{words('together' if together else 'apart')}: {words.of('reason', reason)}"


def picture(title: str, pairs: Sequence[Mapping[str, Any]], link_threshold: int, language: Language) -> Response:
    """Draw pairs; a picture runs no script and loads nothing."""
    return Response(
        waterfall_svg(title, pairs, link_threshold, language),
        media_type=_SVG,
        headers={
            "Content-Language": language,
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Vary": "Accept, Accept-Language",
        },
    )
