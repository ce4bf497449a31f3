"""Rows as columns: statements take a batch as one array a column, for `unnest`."""

from collections.abc import Sequence
from typing import Any


def transpose(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """The columns of `rows`, each of which has `width` values; no rows give empty columns."""
    if not rows:
        return [[] for _ in range(width)]
    return [list(column) for column in zip(*rows, strict=True)]
