"""Draws what levels weigh as bars (权重图), before and after a training. Pure: one SVG picture."""

from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from entity_resolution.training.report import Change

_WIDTH, _ROW, _TOP = 860, 20, 64
_ZERO, _SCALE = 560, 22
_FONT = "system-ui, sans-serif"
_BEFORE, _FOR, _AGAINST = "#c3c9cf", "#2a7f62", "#b3413b"


def weights_svg(title: str, changes: Sequence[Change]) -> bytes:
    """Draw the weights by field: a thin grey bar before, a coloured one after, in natural-log odds."""
    drawn: list[str] = []
    top = _TOP
    for field, levels in groupby(changes, key=lambda change: change.field):
        drawn.append(_text(16, top + 14, field.replace("_", " "), weight="bold"))
        for change in levels:
            drawn.append(_row(change, top))
            top += _ROW
        top += _ROW // 2
    axis = f'<line x1="{_ZERO}" y1="{_TOP - 8}" x2="{_ZERO}" y2="{top}" stroke="#1d2329"/>'
    legend = _text(16, 48, "grey: before; colour: after; natural-log odds")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top + 8}" '
        f'viewBox="0 0 {_WIDTH} {top + 8}" role="img" font-family="{_FONT}" font-size="12">'
        f"<title>{escape(title)}</title>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{_text(16, 26, title, weight="bold")}{legend}{axis}'
        f"{''.join(drawn)}</svg>"
    ).encode()


def _row(change: Change, top: int) -> str:
    colour = _FOR if change.after >= 0 else _AGAINST
    told = f"{change.after / 1000:+.2f}"
    return (
        _text(170, top + 14, change.level.replace("_", " "))
        + _bar(change.before, top + 3, 13, _BEFORE)
        + _bar(change.after, top + 6, 7, colour)
        + _text(_WIDTH - 56, top + 14, told)
    )


def _bar(weight: int, top: int, height: int, colour: str) -> str:
    length = round(abs(weight) / 1000 * _SCALE)
    left = _ZERO - length if weight < 0 else _ZERO
    return f'<rect x="{left}" y="{top}" width="{length}" height="{height}" fill="{colour}"/>'


def _text(left: int, top: int, text: str, weight: str = "normal") -> str:
    return f'<text x="{left}" y="{top}" font-weight="{weight}" fill="#1d2329">{escape(text)}</text>'
