"""Scenes of random streams: what is rare by chance, brought about on purpose, act by act."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple


class Told(NamedTuple):
    """The next version of a record."""

    record: str
    says: dict[str, Any] | None
    """What it says whatever else it does; None for a deletion."""


class Decided(NamedTuple):
    """What a steward decides just then."""

    what: Literal["merge", "split", "take_back"]
    """These two are one customer; this one is none of the others; the last decision is taken back."""
    records: tuple[str, ...] = ()


Scene = tuple[tuple[Told, ...] | Decided, ...]


def _says(name: str, *phones: str, number: str | None = None, plate: str | None = None) -> dict[str, Any]:
    identifiers = [{"type": "cn_resident_id", "value": number}] if number else []
    vehicles = {"vehicles": [{"plate": plate, "role": "owner"}]} if plate else {}
    told = {"name": {"full": name}, "phones": [{"value": phone} for phone in phones], "identifiers": identifiers}
    return told | vehicles


_ONE, _OTHER = "13611112221", "13611112222"
_SWITCHBOARD = "13611112223"
_FIRST_NUMBER, _SECOND_NUMBER = "11010519491231002X", "440524188001010014"
_CROWD = ("尉迟恭", "长孙无忌", "宇文成都")
_DRIVERS = ("慕容复", "慕容复", "端木赐")
_LORRY = "京C55555"

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        # Two are one by a number, until a correction takes it away; then they are one again.
        "meeting": (
            (Told("A", _says("诸葛清风", _ONE)), Told("B", _says("诸葛清风", _OTHER))),
            (Told("B", _says("诸葛清风", _ONE)),),
            (Told("B", _says("司马明月", _OTHER)),),
            (Told("B", _says("诸葛清风", _ONE, _OTHER)),),
        ),
        # A third record joins two, which a steward parts; it goes, and the steward's word as well.
        "bridge": (
            (Told("A", _says("上官云飞", _ONE)), Told("B", _says("上官云飞", _OTHER))),
            (Told("C", _says("上官云飞", _ONE, _OTHER)),),
            Decided("split", ("A",)),
            (Told("C", None),),
            Decided("take_back"),
            Decided("merge", ("A", "B")),
        ),
        # A number of one person becomes that of a crowd, and theirs again; the bounds of the test's model are crossed.
        "crowd": (
            (Told("A", _says("令狐长风", _SWITCHBOARD)), Told("B", _says("令狐长风", _SWITCHBOARD))),
            tuple(Told(f"C{n}", _says(name, _SWITCHBOARD)) for n, name in enumerate(_CROWD)),
            (Told("C0", None), Told("C1", None), Told("C2", _says("宇文成都", _OTHER))),
        ),
        # Two persons of one name and number, whom a third record joins that does not say who it is.
        "veto": (
            (Told("A", _says("公孙大娘", _ONE, number=_FIRST_NUMBER)),),
            (Told("C", _says("公孙大娘", _ONE, _OTHER)),),
            (Told("B", _says("公孙大娘", _OTHER, _ONE, number=_SECOND_NUMBER)),),
            Decided("merge", ("A", "B")),
            (Told("B", _says("公孙大娘", _OTHER, number=_FIRST_NUMBER)),),
        ),
        # A fleet: strangers with one plate, and two of them with one number.
        "fleet": (
            tuple(Told(f"D{n}", _says(name, _ONE, plate=_LORRY)) for n, name in enumerate(_DRIVERS)),
            tuple(Told(f"E{n}", _says(name, _OTHER, plate=_LORRY)) for n, name in enumerate(("皇甫嵩", "夏侯惇"))),
            (Told("D1", _says("慕容复", _OTHER)),),
        ),
    }
)
