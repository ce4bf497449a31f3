"""Chinese and Western names with roughly the frequencies of real life, and the ways people write them down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from random import Random

# The twenty most frequent surnames cover about half of the people; the list falls off as the census does.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余"
    "于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷"
    "龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤单仇查翟区"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "司徒", "东方")
MALE_CHARACTERS = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林建国志文海峰成永东新立宏"
FEMALE_CHARACTERS = "芳娜敏静丽艳娟霞秀英玲桂兰红玉萍燕雪梅琳婷倩颖莹洁慧丹蕾薇佳怡欣悦梦瑶雅诗涵晓春"
WESTERN_FAMILY = ("Smith", "Müller", "Johnson", "Garcia", "Rossi", "Dubois", "O'Brien", "Novak", "Schmidt", "Brown")
WESTERN_MALE = ("James", "Michael", "Robert", "William", "Thomas", "Daniel", "Lukas", "Marco")
WESTERN_FEMALE = ("Mary", "Elizabeth", "Anna", "Catherine", "Margaret", "Julia", "Sophie", "Elena")
MINORITY_GIVEN = ("买买提", "阿依古丽", "艾力", "古丽娜尔", "吐尔逊", "帕提古丽")
MINORITY_FATHER = ("吐尔逊", "艾买提", "卡德尔", "依明", "热合曼")
SURNAME_READINGS = {
    "单": "shan",
    "仇": "qiu",
    "查": "zha",
    "翟": "zhai",
    "区": "ou",
    "曾": "zeng",
    "覃": "qin",
    "吕": "lv",
}
CHAT_NAMES = ("幸福一家人", "平安是福", "天道酬勤", "向日葵", "Lucky", "海阔天空", "静待花开", "A00车友")
HOMOPHONES = {
    "伟": "玮",
    "杰": "洁",
    "静": "婧",
    "丽": "莉",
    "娜": "那",
    "洋": "阳",
    "宇": "雨",
    "明": "铭",
    "涛": "韬",
    "婷": "亭",
    "佳": "嘉",
    "文": "雯",
    "燕": "艳",
}


@dataclass(frozen=True, slots=True)
class PersonName:
    """A true name: family and given part, and the script it is natively written in (chinese, western, minority)."""

    family: str
    given: str
    script: str

    @property
    def full(self) -> str:
        """The name as its owner writes it."""
        if self.script == "western":
            return f"{self.given} {self.family}"
        if self.script == "minority":
            return f"{self.given}·{self.family}"
        return self.family + self.given


def draw_name(random: Random, gender: str) -> PersonName:
    """A name for a person of that gender; a few per cent are Western or of a minority (少数民族)."""
    chance = random.random()
    if chance < 0.02:
        given = WESTERN_MALE if gender == "male" else WESTERN_FEMALE
        return PersonName(random.choice(WESTERN_FAMILY), random.choice(given), "western")
    if chance < 0.03:
        return PersonName(random.choice(MINORITY_FATHER), random.choice(MINORITY_GIVEN), "minority")
    if chance < 0.045:
        return _chinese(random, random.choice(COMPOUND_SURNAMES), gender)
    # Squaring the uniform draw makes the front of the list as common as the census says.
    return _chinese(random, SURNAMES[int(random.random() ** 2 * len(SURNAMES))], gender)


def _chinese(random: Random, family: str, gender: str) -> PersonName:
    characters = MALE_CHARACTERS if gender == "male" else FEMALE_CHARACTERS
    length = 1 if random.random() < 0.25 else 2
    return PersonName(family, "".join(random.choice(characters) for _ in range(length)), "chinese")


def pinyin(name: PersonName, random: Random) -> str:
    """The name in Latin letters as forms show it: OUYANG JINGYU, Jingyu Ouyang, ouyangjingyu."""
    if name.script == "western":
        return name.full
    family = SURNAME_READINGS.get(name.family) or "".join(lazy_pinyin(name.family, style=Style.NORMAL))
    given = "".join(lazy_pinyin(name.given, style=Style.NORMAL))
    return random.choice(
        (
            f"{family} {given}".upper(),
            f"{family.capitalize()} {given.capitalize()}",
            f"{given.capitalize()} {family.capitalize()}",
            f"{family}{given}",
        )
    )


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def traditional(name: PersonName) -> str:
    """The name in traditional characters (繁体)."""
    return str(_traditional().convert(name.full))


def titled(name: PersonName, gender: str, random: Random) -> str:
    """Only surname and title, as a hotline notes it: 王先生, 李女士, 老张."""
    if name.script == "western":
        return f"{'Mr' if gender == 'male' else 'Ms'} {name.family}"
    title = random.choice(("先生", "先生", "总", "经理") if gender == "male" else ("女士", "女士", "小姐"))
    return random.choice((f"{name.family}{title}",) * 4 + (f"老{name.family}", f"小{name.family}"))


def nickname(name: PersonName, gender: str, random: Random) -> str:
    """What friends and chat programs call the person: 小伟, 阿强, 伟哥, 伟伟, or a word that is no name at all."""
    if name.script == "western":
        return name.given
    last = name.given[-1]
    friendly = f"{last}哥" if gender == "male" else f"{last}姐"
    return random.choice((f"小{last}", f"阿{last}", friendly, last * 2, random.choice(CHAT_NAMES)))


def masked(name: PersonName) -> str:
    """The name as a platform hides it: 王**."""
    return f"{name.full[0]}{'*' * max(1, len(name.full) - 1)}"


def misheard(name: PersonName, random: Random) -> str:
    """One character replaced by one that sounds alike, or by chance dropped."""
    for position, character in enumerate(name.given):
        if character in HOMOPHONES:
            return name.family + name.given[:position] + HOMOPHONES[character] + name.given[position + 1 :]
    return (
        name.full
        if len(name.given) < 2
        else name.family + random.choice((name.given[0], name.given[1] + name.given[0]))
    )
