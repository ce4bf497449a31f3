"""How true values get dirty on their way into a dealer's system; level 0 is clean, 1 is filthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus_demo import names

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from isthmus_demo.truth import Organisation, Person

PLACEHOLDER_PHONES = ("13800000000", "11111111111", "13888888888", "00000000", "无")
FILLER_NAMES = ("客户", "先生", "女士", "车主", "未知", "test", "匿名", "微信用户")
FILLER_EMAILS = ("无@qq.com", "123@qq.com", "none@none.com")
NO_PLATE = ("未上牌", "无", "临牌", "新车")
LOOK_ALIKES = str.maketrans("08B5SZ2", "OB8S5ZZ")
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
        if self.happens(0.03):
            return names.nickname(name, person.gender, self.random)
        if self.happens(0.01):
            return self.random.choice(FILLER_NAMES)
        if name.script == "chinese" and self.happens(0.11):
            weights = (6, 3, 2)
            ways = (names.pinyin(name, self.random), names.misheard(name, self.random), names.traditional(name))
            return self.random.choices(ways, weights)[0]
        return self._decorated(person) if self.happens(0.05) else name.full

    def _decorated(self, person: Person) -> str:
        """The full name with something around it: spaces, a role, the spouse's name in the same field."""
        name = person.name
        ways = [f"{name.full} ", f"{name.family} {name.given}", f"{name.full}（车主）", f"{name.full}先生"]
        if person.partner:
            ways += [f"{name.full}/{person.partner.name.full}", f"{name.full}（{person.partner.name.full}）"]
        return self.random.choice(ways)

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

    def phone(self, number: str, desk_phone: str, other: str | None = None) -> str:
        """The number as typed: formats, two in one field, a slip, a filler, the dealer's own desk."""
        if self.happens(0.015):
            return self.random.choice(PLACEHOLDER_PHONES)
        if self.happens(0.015):
            return desk_phone
        if self.happens(0.02):
            number = self.slip(number)
        text = self._written(number) if self.happens(0.4) else number
        if self.happens(0.02):
            return text.translate(FULL_WIDTH)
        if self.happens(0.015):
            return f"{number[:3]}****{number[7:]}"
        return f"{text}/{other or desk_phone}" if self.happens(0.02) else text

    def _written(self, number: str) -> str:
        if len(number) == 11 and number.startswith("1"):
            spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
            ways = (spaced, spaced.replace(" ", "-"), f"+86{number}", f"+86 {spaced}", f"0086{number}", f"0{number}")
            return self.random.choice((number,) * 8 + ways)
        return self.random.choice(
            (number, f"{number[:4]}-{number[4:]}", f"({number[:4]}){number[4:]}", f"{number}转8001")
        )

    def resident_id(self, value: str) -> str:
        """The resident id in full, masked, in small letters, with a slip, or in its old form."""
        if self.happens(0.10):
            return f"{value[:6]}********{value[14:]}"
        if self.happens(0.03):
            return self.slip(value)
        if self.happens(0.02):
            return value[:6] + value[8:17]  # the fifteen digits of before 1999
        return value.lower() if self.happens(0.1) else value

    def credit_code(self, value: str) -> str:
        """The credit code in full, in small letters, or with a slip."""
        if self.happens(0.03):
            return self.slip(value)
        return value.lower() if self.happens(0.05) else value

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
            return self._misread(value)
        if self.happens(0.03):
            return self.slip(value)
        if self.happens(0.04):
            return value[-8:]
        return value.lower() if self.happens(0.05) else value

    def plate(self, value: str) -> str:
        """The plate with a separator, without its province, with a slip, or a word that says there is none."""
        if self.happens(0.05):
            return self.random.choice(NO_PLATE)
        if self.happens(0.015):
            return value[:2] + self._misread(value[2:])
        if self.happens(0.015):
            return self.slip(value)
        if self.happens(0.10):
            return value[:2] + self.random.choice("· -") + value[2:]
        return value[1:] if self.happens(0.05) else value

    def email(self, value: str) -> str:
        """The address in capitals, with a slip in the domain, or a filler."""
        if self.happens(0.03):
            return self.random.choice(FILLER_EMAILS)
        if self.happens(0.03):
            return value.replace(".com", ".con")
        return value.upper() if self.happens(0.05) else value

    def gender(self, value: str) -> str:
        """The gender in one of the code systems that sources use, now and then the wrong one."""
        if self.happens(0.01):
            value = "female" if value == "male" else "male"
        codes = {"male": ("M", "男", "1", "先生"), "female": ("F", "女", "2", "女士")}
        return self.random.choice(codes[value]) if self.happens(0.4) else value

    def address(self, value: str) -> str:
        """The address in full, cut short, without the room, or a filler."""
        if self.happens(0.02):
            return self.random.choice(("不详", "无", "本市"))
        if self.happens(0.15):
            return value[: max(6, len(value) // 2)]
        return value.split("栋", maxsplit=1)[0] + "栋" if self.happens(0.15) else value

    def slip(self, value: str) -> str:
        """One digit behind the third character wrong, missing, or swapped with the next."""
        places = [place for place, character in enumerate(value) if character.isdigit() and place >= 3]
        place = self.random.choice(places)
        way = self.random.random()
        if way < 0.2:
            return value[:place] + value[place + 1 :]
        if way < 0.4 and place + 1 < len(value):
            return value[:place] + value[place + 1] + value[place] + value[place + 2 :]
        return value[:place] + str((int(value[place]) + self.random.randint(1, 9)) % 10) + value[place + 1 :]

    def _misread(self, value: str) -> str:
        """One character taken for one that looks alike: 0 for O, 8 for B."""
        places = [place for place, character in enumerate(value) if ord(character) in LOOK_ALIKES]
        if not places:
            return value
        place = self.random.choice(places)
        return value[:place] + value[place].translate(LOOK_ALIKES) + value[place + 1 :]
