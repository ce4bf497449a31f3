"""The standardised customer record: what every later step of the matching reads."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self


class RecordKey(NamedTuple):
    """Names one source record; ``str()`` gives ``source/record_id``."""

    source: str
    record_id: str

    def __str__(self) -> str:
        return f"{self.source}/{self.record_id}"


class QualityFlag(NamedTuple):
    """Something noticed about a value: where (``phones/0``) and what (``placeholder``)."""

    path: str
    code: str


class PersonName(NamedTuple):
    """One written form of a person's name.

    ``kind`` is ``full``, ``titled`` (王先生), ``masked`` (王**), ``latin`` or ``nickname``. ``text`` is simplified,
    half-width and without title. ``keys`` are pinyin with the family name first, one per reading, or letters in every
    order. ``generation`` is JR, SR, II, III or IV. A ``latin`` name has ``family`` and ``given`` where the source says.
    """

    kind: str
    text: str
    family: str = ""
    given: str = ""
    title: str = ""
    family_keys: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    generation: str = ""


class OrganizationName(NamedTuple):
    """A firm's name in parts: ``core`` is what is left without place, branch and legal form."""

    text: str
    core: str
    front_place: str = ""
    bracketed_place: str = ""
    branch: str = ""
    form: str = ""


class Phone(NamedTuple):
    """A telephone number.

    ``kind`` is ``mobile``, ``landline``, ``service`` (400/800), ``short`` (95588), ``foreign``, ``masked`` or
    ``unparsable``. ``number`` is E.164 for mobile, landline and foreign, else the digits as written (masks as ``*``).
    ``status`` is empty for a number that can be matched on, else ``placeholder``, ``generic`` or the reason it cannot.
    """

    kind: str
    number: str
    extension: str = ""
    status: str = ""


class Email(NamedTuple):
    """An e-mail address, lower case; ``status`` is empty, ``role`` (info@), ``placeholder``, ``invalid`` …"""

    address: str
    status: str = ""


class Identifier(NamedTuple):
    """An identifier; ``status`` is empty when valid or uncheckable, else ``invalid``, ``masked``, ``placeholder`` …"""

    type: str
    issuer: str
    value: str
    status: str = ""


class Address(NamedTuple):
    """An address by administrative division; ``detail`` is the rest down to the door, house words folded.

    ``number``, ``street`` and ``unit`` are told apart where the address is in Latin letters.
    """

    region: str
    city: str
    district: str
    detail: str
    postal_code: str = ""
    country: str = ""
    number: str = ""
    street: str = ""
    unit: str = ""


class Vehicle(NamedTuple):
    """A vehicle a record speaks of; ``vin_status`` is empty when the check digit fits or need not."""

    vin: str
    plate: str
    role: str = ""
    held_from: str = ""
    held_to: str = ""
    vin_status: str = ""
    plate_status: str = ""


@dataclass(frozen=True, slots=True)
class StandardRecord:
    """One source record, standardised; every field but ``key`` may be empty."""

    key: RecordKey
    party_type: str | None = (
        None  # "person" or "organization" when declared or proven by an identifier or a firm's name
    )
    names: tuple[PersonName, ...] = ()
    organization: OrganizationName | None = None
    gender: str | None = None
    birth_date: str | None = None  # ISO, possibly partial: "1987", "1987-05", "1987-05-04"
    birth_date_lunar: str | None = None  # "month-day" with a trailing "L" in a leap month, never mixed with solar dates
    birth_place: str | None = None  # in A-Z or simplified characters
    phones: tuple[Phone, ...] = ()
    hidden_phones: tuple[str, ...] = ()  # E.164 mobiles written inside a WeChat id, an e-mail address or a name
    emails: tuple[Email, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[Address, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    observed_on: str | None = None  # ISO date
    flags: tuple[QualityFlag, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give a compact JSON object without the key; ``from_json`` restores an equal record from it."""
        document: dict[str, Any] = {}
        for name in _SCALARS:
            if (value := getattr(self, name)) is not None:
                document[name] = value
        if self.organization is not None:
            document["organization"] = list(self.organization)
        if self.hidden_phones:
            document["hidden_phones"] = list(self.hidden_phones)
        if self.names:
            document["names"] = [
                [*name[:5], list(name.family_keys), list(name.keys), name.generation] for name in self.names
            ]
        for name in _ROWS:
            if values := getattr(self, name):
                document[name] = [list(value) for value in values]
        return document

    @classmethod
    def from_json(cls, key: RecordKey, document: dict[str, Any]) -> Self:
        """Restore a record from ``to_json``; values are trusted, nothing is standardised again."""
        values: dict[str, Any] = {name: document[name] for name in _SCALARS if name in document}
        if "organization" in document:
            values["organization"] = OrganizationName(*document["organization"])
        if "hidden_phones" in document:
            values["hidden_phones"] = tuple(document["hidden_phones"])
        if "names" in document:
            values["names"] = tuple(
                PersonName._make((*row[:5], tuple(row[5]), tuple(row[6]), "".join(row[7:])))
                for row in document["names"]
            )
        for name, row_type in _ROWS.items():
            if name in document:
                values[name] = tuple(row_type(*row) for row in document[name])
        return cls(key, **values)


_SCALARS = ("party_type", "gender", "birth_date", "birth_date_lunar", "birth_place", "observed_on")
_ROWS: dict[str, Any] = {
    "phones": Phone,
    "emails": Email,
    "identifiers": Identifier,
    "addresses": Address,
    "vehicles": Vehicle,
    "flags": QualityFlag,
}
