"""Draws explained pairs as waterfall charts (瀑布图): one SVG picture, labelled in English or Chinese. Pure."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

Language = Literal["en", "zh"]
Values = tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]
"""Of the left and the right record, by field."""

MOST_PAIRS = 12
"""Pairs drawn in one picture; how many more there are is said below them."""

_WIDTH = 1120
_ROW = 26
_HEADER = 96
_FOOTER = 34
_PLOT_LEFT, _PLOT_RIGHT = 330, 690
_VALUES_LEFT, _VALUES_RIGHT = 780, 955
_FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'WenQuanYi Micro Hei', sans-serif"
_COLOURS = {"for": "#2a7f62", "against": "#b3413b", "neutral": "#7a828c", "ink": "#1d2329", "faint": "#d7dce1"}


def waterfall_svg(title: str, pairs: Sequence[Mapping[str, Any]], link_threshold: int, language: Language) -> bytes:
    """Draw pairs as ``waterfall`` gives them, one below the other, at most ``MOST_PAIRS``.

    A pair may also have ``values`` (two mappings of a field to its values), ``keys`` and ``verdict``, a line of text.
    """
    words = Words(language)
    drawn: list[str] = [_text(16, 28, title, size=17, weight="bold", room=110)]
    top = 44
    for pair in pairs[:MOST_PAIRS]:
        drawn.append(f'<g transform="translate(0 {top})">{_pair(pair, link_threshold, words)}</g>')
        top += _height(pair)
    if len(pairs) > MOST_PAIRS:
        drawn.append(_text(16, top + 16, words("more").format(count=len(pairs) - MOST_PAIRS)))
        top += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top + 8}" '
        f'viewBox="0 0 {_WIDTH} {top + 8}" role="img" lang="{language}" font-family="{escape(_FONT)}">'
        f"<title>{escape(_printable(title))}</title>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(drawn)}</svg>'
    ).encode()


class Words:
    """The words of a language; a word that has no translation is shown with spaces for its underscores."""

    def __init__(self, language: Language) -> None:
        self._words = _labels()[language]

    def __call__(self, word: str) -> str:
        return str(self._words[word])

    def of(self, group: str, word: str) -> str:
        """The word of a group: ``field``, ``level``, ``outcome``, ``reason``, ``key``."""
        return str(self._words[group].get(word, word.replace("_", " ")))


@lru_cache(maxsize=1)
def _labels() -> dict[str, Any]:
    labels: dict[str, Any] = json.loads((files(__package__) / "explain_labels.json").read_text(encoding="utf-8"))
    return labels


def _height(pair: Mapping[str, Any]) -> int:
    return _HEADER + _ROW * (len(pair["steps"]) + 1) + _FOOTER


def _pair(pair: Mapping[str, Any], link_threshold: int, words: Words) -> str:
    scale = _scale(pair, link_threshold)
    rows = len(pair["steps"]) + 1
    bottom = _HEADER + rows * _ROW
    threshold = scale(link_threshold)
    drawn = [
        *_head(pair, words),
        _line(scale(0), _HEADER - 8, scale(0), bottom, _COLOURS["faint"]),
        _line(threshold, _HEADER - 8, threshold, bottom, _COLOURS["neutral"], dash="4 3"),
        _text(threshold, _HEADER - 12, f"{words('link_threshold')} {_odds(link_threshold)}", anchor="middle"),
    ]
    values: Values = pair.get("values") or ({}, {})
    before = 0
    for number, step in enumerate(pair["steps"]):
        drawn += _step(step, before, _HEADER + number * _ROW, scale, words, values)
        before = step["total"]
    colour = _COLOURS["for" if pair["outcome"] == "link" else "against" if pair["outcome"] == "none" else "neutral"]
    top = bottom - _ROW
    drawn += [
        _line(16, top, _WIDTH - 16, top, _COLOURS["faint"]),
        _text(16, top + 18, words("total"), weight="bold"),
        _bar(scale(0), scale(pair["weight"]), top, colour),
        _text(_PLOT_RIGHT + 70, top + 18, _odds(pair["weight"]), anchor="end", weight="bold"),
        _text(_VALUES_LEFT, top + 18, words.of("outcome", pair["outcome"]), weight="bold", fill=colour),
    ]
    foot = [f"{words('rule')}: {words.of('level', pair['rule'])}"]
    if pair["veto"]:
        foot.append(f"{words('veto')}: {words.of('level', pair['veto'])}")
    foot.append(f"{words('model')}: {pair['model_version']}")
    drawn.append(_text(16, bottom + 18, " · ".join(foot), fill=_COLOURS["neutral"], room=140))
    return "".join(drawn)


def _head(pair: Mapping[str, Any], words: Words) -> list[str]:
    left, right = (f"{pair[side]['source']} / {pair[side]['record_id']}" for side in ("left", "right"))
    lines = [
        _line(16, 0, _WIDTH - 16, 0, _COLOURS["ink"]),
        _text(16, 22, f"{left}   ↔   {right}", size=14, weight="bold", room=120),
    ]
    if keys := pair.get("keys"):
        aside = f" ({words('set_aside')})"
        told = dict.fromkeys(words.of("key", key["kind"]) + (aside if key["set_aside"] else "") for key in keys)
        lines.append(_text(16, 42, f"{words('keys')}: {', '.join(told)}", fill=_COLOURS["neutral"], room=150))
    if verdict := pair.get("verdict"):
        lines.append(_text(16, 62, verdict, room=150))
    if pair.get("values"):
        lines += [
            _text(_VALUES_LEFT, _HEADER - 12, words("left"), fill=_COLOURS["neutral"]),
            _text(_VALUES_RIGHT, _HEADER - 12, words("right"), fill=_COLOURS["neutral"]),
        ]
    return lines


def _step(
    step: Mapping[str, Any],
    before: int,
    top: int,
    scale: "_Scale",
    words: Words,
    values: Values,
) -> list[str]:
    weight, total = step["weight"], step["total"]
    colour = _COLOURS["for" if weight > 0 else "against" if weight < 0 else "neutral"]
    base = top + 18
    drawn = [
        _text(16, base, words.of("field", step["field"]), room=17),
        _text(140, base, words.of("level", step["level"]) if step["level"] else "", fill=_COLOURS["neutral"], room=26),
        _bar(scale(before), scale(total), top, colour),
        _line(scale(total), top + _ROW - 6, scale(total), top + _ROW + 6, _COLOURS["neutral"]),
        _text(_PLOT_RIGHT + 70, base, _odds(weight, signed=True), anchor="end", fill=colour),
    ]
    if step["kind"] in {"field", "frequency"}:
        for side, place in zip(values, (_VALUES_LEFT, _VALUES_RIGHT), strict=True):
            drawn.append(_text(place, base, ", ".join(side.get(step["field"], ())), size=11, room=26))
    return drawn


class _Scale:
    """From a weight to its place in the plot; holds all sums of a pair, zero and the threshold."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._span = low, max(high - low, 1)

    def __call__(self, weight: int) -> float:
        return _PLOT_LEFT + (weight - self._low) * (_PLOT_RIGHT - _PLOT_LEFT) / self._span


def _scale(pair: Mapping[str, Any], link_threshold: int) -> _Scale:
    sums = [0, link_threshold, pair["weight"], *(step["total"] for step in pair["steps"])]
    return _Scale(min(sums), max(sums))


def _bar(start: float, end: float, top: int, colour: str) -> str:
    x, width = min(start, end), max(abs(end - start), 1.0)
    return f'<rect x="{x:.1f}" y="{top + 6}" width="{width:.1f}" height="{_ROW - 12}" fill="{colour}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dash: str = "none") -> str:
    places = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {places} stroke="{colour}" stroke-dasharray="{dash}"/>'


def _odds(weight: int, *, signed: bool = False) -> str:
    """Thousandths of natural-log odds as people read them: +4.5."""
    return f"{weight / 1000:+.1f}" if signed else f"{weight / 1000:.1f}"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = _COLOURS["ink"],
    room: int = 60,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(_fitted(_printable(text), room))}</text>'
    )


def _printable(text: str) -> str:
    """Without what XML cannot hold: control characters and lone surrogates."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _fitted(text: str, room: int) -> str:
    """Cut to a number of columns; a Chinese character takes two."""
    used = 0
    for position, character in enumerate(text):
        used += 2 if east_asian_width(character) in "WF" else 1
        if used > room:
            return text[: max(position - 1, 0)] + "…"
    return text
