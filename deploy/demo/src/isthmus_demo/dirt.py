"""How true values get dirty on their way into a dealer's system; level 0 is clean, 1 is filthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus_demo import names

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from isthmus_demo.population import Organisation, Person

PLACEHOLDER_PHONES = ("13800000000", "11111111111", "13888888888", "00000000", "无")
NO_PLATE = ("未上牌", "无", "临牌", "新车")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Dirt:
    """Makes values dirty with chances that grow with `level` (0 to 1)."""

    random: Random
    level: float

    def happens(self, chance: float) -> bool:
        """Whether something of that chance at level 0.5 happens here."""
        return self.random.random() < chance * self.level * 2

    def person_name(self, person: Person) -> str:
        """The name as some clerk wrote it."""
        name = person.name
        if self.happens(0.07):
            return names.titled(name, person.gender, self.random)
        if self.happens(0.02):
            return names.masked(name)
        if name.script == "chinese" and self.happens(0.11):
            weights = (6, 3, 2)
            ways = (names.pinyin(name, self.random), names.misheard(name, self.random), names.traditional(name))
            return self.random.choices(ways, weights)[0]
        if self.happens(0.04):
            spaced = f"{name.family} {name.given}"
            return self.random.choice((f"{name.full} ", spaced, f"{name.full}（车主）", f"{name.full}先生"))
        return name.full

    def organisation_name(self, organisation: Organisation) -> str:
        """The firm's name, short, with a contact, or in full."""
        if self.happens(0.18):
            return organisation.short_name
        if self.happens(0.08):
            contact = organisation.contact
            return f"{organisation.full_name} {names.titled(contact.name, contact.gender, self.random)}"
        if self.happens(0.2):
            return organisation.full_name.replace("（", "(").replace("）", ")")
        return organisation.full_name

    def phone(self, number: str, desk_phone: str) -> str:
        """The number as typed: formats, two in one field, a wrong digit, a filler, the dealer's own desk."""
        if self.happens(0.015):
            return self.random.choice(PLACEHOLDER_PHONES)
        if self.happens(0.015):
            return desk_phone
        if self.happens(0.02):
            number = self._wrong_digit(number)
        if len(number) == 11 and number.startswith("1"):
            spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
            written: tuple[str, ...] = (number,) * 8 + (
                spaced,
                spaced.replace(" ", "-"),
                f"+86{number}",
                f"+86 {spaced}",
                f"0086{number}",
                f"0{number}",
            )
        else:
            written = (number, f"{number[:4]}-{number[4:]}", f"({number[:4]}){number[4:]}", f"{number}转8001")
        text = self.random.choice(written) if self.happens(0.4) else number
        if self.happens(0.02):
            return text.translate(FULL_WIDTH)
        if self.happens(0.015):
            return f"{number[:3]}****{number[7:]}"
        return f"{text}/{desk_phone}" if self.happens(0.015) else text

    def resident_id(self, value: str) -> str:
        """The resident id in full, masked, in small letters, or with a wrong digit."""
        if self.happens(0.10):
            return f"{value[:6]}********{value[14:]}"
        if self.happens(0.03):
            return self._wrong_digit(value)
        return value.lower() if self.happens(0.1) else value

    def birth_date(self, value: date) -> str | None:
        """The date in one of many formats, swapped, a filler, or only the month."""
        if self.happens(0.03):
            return self.random.choice(("1900-01-01", "1990/1/1", "0000-00-00"))
        if self.happens(0.03) and value.day <= 12:
            return f"{value.year}-{value.day:02d}-{value.month:02d}"
        if self.happens(0.3):
            return self.random.choice(
                (
                    f"{value.year}/{value.month}/{value.day}",
                    f"{value:%Y%m%d}",
                    f"{value.year}年{value.month}月{value.day}日",
                    f"{value:%Y-%m}",
                )
            )
        return value.isoformat()

    def vin(self, value: str) -> str:
        """The VIN with the usual misreadings, in small letters, or only its tail."""
        if self.happens(0.03):
            return value.replace("0", "O", 1)
        if self.happens(0.03):
            return self._wrong_digit(value)
        if self.happens(0.04):
            return value[-8:]
        return value.lower() if self.happens(0.05) else value

    def plate(self, value: str) -> str:
        """The plate with a separator, without its province, or a word that says there is none."""
        if self.happens(0.05):
            return self.random.choice(NO_PLATE)
        if self.happens(0.10):
            return value[:2] + self.random.choice("· -") + value[2:]
        return value[1:] if self.happens(0.05) else value

    def gender(self, value: str) -> str:
        """The gender in one of the code systems that sources use."""
        codes = {"male": ("M", "男", "1", "先生"), "female": ("F", "女", "2", "女士")}
        return self.random.choice(codes[value]) if self.happens(0.4) else value

    def address(self, value: str) -> str:
        """The address in full, cut short, or without the room."""
        if self.happens(0.15):
            return value[: max(6, len(value) // 2)]
        return value.split("栋", maxsplit=1)[0] + "栋" if self.happens(0.15) else value

    def _wrong_digit(self, value: str) -> str:
        places = [place for place, character in enumerate(value) if character.isdigit() and place >= 3]
        place = self.random.choice(places)
        return value[:place] + str((int(value[place]) + self.random.randint(1, 9)) % 10) + value[place + 1 :]
