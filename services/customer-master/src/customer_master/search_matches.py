"""Which customers match what is searched for, and why: by number, and by name as written, as it sounds, with slips."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from rapidfuzz.distance import OSA

from customer_master.connection import Connection
from entity_resolution.blocking import BlockingKey
from entity_resolution.search import usual_readings
from entity_resolution.standardize.text import has_ideograph

_MOST_HITS = 500
"""Records looked at for one search; a value that more of them share is no use for finding a customer."""
_MOST_HITS_OF_ALL = 5_000
"""As many for a caller who may see some of them only: a dealer's own 王伟 is to be found among those of all dealers."""

_NAME_KINDS = frozenset({"name", "organization"})

# How much a match says, in hundredths; `name` is graded by how alike the names are.
_SCORES = {
    "identifier": 600,
    "wechat": 600,
    "phone": 500,
    "email": 500,
    "vin": 500,
    "plate": 450,
    "organization": 400,
    "name": 300,
    "vin_tail": 250,
    "plate_tail": 200,
    "role_email": 200,
}

_OTHER_SCORE = 100

# How alike names are, and the last of all characters, which ends those of one beginning.
_SAME, _SOUNDS_THE_SAME, _BEGINS_SO, _SLIPPED = "1.0::float8", "0.9::float8", "0.7::float8", "0.6::float8"
_READ_OTHERWISE = 0.5
_LAST_CHARACTER = "\U0010ffff"

# The records found, restricted to golden customers of which the caller has a record.
_VISIBLE = """
JOIN links USING (record_no)
WHERE golden_id IS NOT NULL AND ($1::text[] IS NULL OR EXISTS (
    SELECT FROM links AS own JOIN records ON records.record_no = own.record_no
    WHERE own.golden_id = links.golden_id AND substring(records.source FROM '^(.*):') = ANY($1)))
"""

_BY_KEY = f"""
SELECT golden_id, kind, value AS matched, 1.0::float8 AS likeness
FROM (SELECT record_no, kind, value FROM record_keys WHERE hash = ANY($2::bigint[]) LIMIT $3) AS hits
{_VISIBLE}
"""  # noqa: S608 - constants of this module

# Names as they are written, their beginnings, and names that sound alike: 王玮 for 王伟, in either order of the parts.
# The order by which beginnings are read is that of their index: without it the planner reads the whole table.
_BY_NAME = f"""
SELECT golden_id, 'name' AS kind, name AS matched, likeness, sound
FROM (
    (SELECT record_no, name, {_SAME} AS likeness, NULL AS sound
     FROM record_names WHERE name = ANY($2::text[]) LIMIT $4)
  UNION ALL
    (SELECT record_no, name, {_SOUNDS_THE_SAME}, romanized
     FROM record_names WHERE romanized = ANY($3::text[]) LIMIT $4)
  UNION ALL
    (SELECT record_no, name, {_BEGINS_SO}, NULL
     FROM unnest($5::text[], $6::text[]) AS beginning(first, last) CROSS JOIN LATERAL (
         SELECT record_no, name FROM record_names WHERE name ~>=~ first AND name ~<=~ last
         ORDER BY name USING ~<~ LIMIT $4
     ) AS begun)
  UNION ALL
    (SELECT record_no, name, {_BEGINS_SO}, romanized
     FROM record_names WHERE romanized LIKE ANY($7::text[]) LIMIT $4)
  ORDER BY likeness DESC
  LIMIT $4
) AS hits
{_VISIBLE}
"""  # noqa: S608 - constants of this module

# Names that may be the one meant, written with a slip of a letter; Chinese characters have no such slips.
_BY_SPELLING = f"""
SELECT golden_id, 'name' AS kind, name AS matched, {_SLIPPED} AS likeness, term, romanized
FROM (
    SELECT record_no, name, term, romanized
    FROM unnest($2::text[]) AS term JOIN record_names ON romanized % term
    ORDER BY similarity(romanized, term) DESC
    LIMIT $3
) AS hits
{_VISIBLE}
"""  # noqa: S608 - constants of this module

_LEAST_SIMILAR = "0.5"
"""Of the trigrams of two names so many are the same when nine letters have one slip."""

_LETTERS_PER_SLIP = 8
"""Shorter names have no slips: Wang Mei is not Wang Wei."""


class Match(BaseModel):
    """Why a customer was found."""

    kind: str = Field(description="phone, plate, vin, email, identifier, name, organization ….")
    value: str = Field(description="The customer's value that matched, in standard form.")
    score: int = Field(description="What the match counts.")


async def matches_of(
    connection: Connection, keys: Sequence[BlockingKey], written: str, org_units: list[str] | None, enough: int
) -> dict[UUID, dict[str, Match]]:
    """The best match of each kind, by golden customer.

    Args:
        connection: to read with.
        keys: what is searched for, as `search_keys` gives it.
        written: the name as it was typed.
        org_units: of whose customers to tell; None of all.
        enough: so many customers found as written are enough not to look for slips.
    """
    matches: dict[UUID, dict[str, Match]] = defaultdict(dict)
    most = _MOST_HITS if org_units is None else _MOST_HITS_OF_ALL
    if exact := [key.hash for key in keys if key.kind != "name"]:
        _add(matches, await connection.fetch(_BY_KEY, org_units, exact, most))
    if names := [key.value for key in keys if key.kind in _NAME_KINDS]:
        _add(matches, await _named(connection, names, written, org_units, most))
        if len(matches) < enough and not has_ideograph(written):
            _add(matches, await _spelt_alike(connection, names, org_units, most))
    return matches


async def _named(
    connection: Connection, names: Sequence[str], written: str, org_units: list[str] | None, most: int
) -> Sequence[Any]:
    romanized = [name for name in names if name.islower()]
    beginnings = sorted(name for name in {*names, written} if len(name) > 1)
    # Who types Chinese characters means these, and not all whose pinyin begins like theirs.
    sounds = [f"{name}%" for name in romanized if len(name) > 1] if not has_ideograph(written) else []
    lasts = [name + _LAST_CHARACTER for name in beginnings]
    rows = await connection.fetch(_BY_NAME, org_units, names, romanized, most, beginnings, lasts, sounds)
    return [graded for row in rows if (graded := _by_reading(row, written, romanized)) is not None]


def _by_reading(row: Any, written: str, romanized: Sequence[str]) -> Any:
    """The row; less alike when only a rare reading (立: wei) joins pinyin and characters, None when it joins two names.

    In pinyin the rare reading may be the right one (王乐: Wang Yue); who types characters says which ones are meant.
    """
    if row["sound"] is None:
        return row
    if has_ideograph(written):
        if has_ideograph(row["matched"]):
            return row if usual_readings(written) & usual_readings(row["matched"]) else None
        is_usual = row["sound"] in usual_readings(written)
    else:
        usual = usual_readings(row["matched"]) if has_ideograph(row["matched"]) else {row["sound"]}
        is_usual = any(reading.startswith(tuple(romanized)) for reading in usual)
    return row if is_usual else {**row, "likeness": _READ_OTHERWISE}


async def _spelt_alike(
    connection: Connection, names: Sequence[str], org_units: list[str] | None, most: int
) -> list[Any]:
    romanized = [name for name in names if name.islower()]
    async with connection.transaction():
        await connection.execute("SELECT set_config('pg_trgm.similarity_threshold', $1, true)", _LEAST_SIMILAR)
        rows = await connection.fetch(_BY_SPELLING, org_units, romanized, most)
    return [row for row in rows if _is_slip(row["term"], row["romanized"])]


def _is_slip(one: str, other: str) -> bool:
    slips = max(len(one), len(other)) // _LETTERS_PER_SLIP
    # What sounds the same has been found, and graded by its reading, before.
    return 0 < OSA.distance(one, other, score_cutoff=slips) <= slips


def _add(matches: dict[UUID, dict[str, Match]], rows: Sequence[Any]) -> None:
    for row in rows:
        match = Match(
            kind=row["kind"],
            value=row["matched"],
            score=round(_SCORES.get(row["kind"], _OTHER_SCORE) * row["likeness"]),
        )
        known = matches[row["golden_id"]].get(match.kind)
        if known is None or (match.score, match.value) > (known.score, known.value):
            matches[row["golden_id"]][match.kind] = match
