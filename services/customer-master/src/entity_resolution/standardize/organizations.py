"""Names of organisations: place in front, place in brackets, core, branch and legal form told apart."""

import re
from functools import lru_cache

from entity_resolution.records import OrganizationName
from entity_resolution.standardize.tables import CITY_PROVINCES, LEADING_PLACE, PLACES_LONGEST_FIRST
from entity_resolution.standardize.text import clean, has_ideograph, simplify
from entity_resolution.standardize.western_organizations import undotted, western_organization

_FORM = re.compile(
    r"(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司$|集团$|(?:普通|特殊普通|有限)?合伙(?:企业)?$|个人独资企业$|个体工商户$"
    r"|[,. ]*(?:co[., ]*ltd|company limited|limited|ltd|inc|incorporated"
    r"|llc|gmbh|corp|corporation|company|co|plc|ag|sa|bv)\.?$",
    re.IGNORECASE,
)
_BUSINESS_CHINESE = re.compile(
    r"公司|集团|有限责任|股份|合伙企业|个体工商户|事务所|合作社|委员会|研究[院所]|管理局|租赁|物流|运输队|车队"
    r"|.{2,}(?:学校|大学|小学|中学|医院|银行|中心|协会|酒店|饭店|商行"
    r"|经营部|门市部|工作室|幼儿园|修理厂|工厂|加油站|超市|商店|4S店|4s店|支行|村委会|派出所)$"
    r"|.{3,}[厂店局院]$"
    # Short forms leave the legal form out and end with the trade.
    r"|.{2,}(?:出租汽车|客运出租|客运|货运|商贸|贸易|实业|科技|电子|建筑工程|建筑|工程|装饰|食品|医疗器械|医疗|汽车销售|汽车服务"
    r"|汽修|汽贸|建材|机械|化工|服饰|餐饮|地产|置业|投资|传媒|广告|咨询|保险|农业|制造|电器|家具|印刷|旅行社)$"
)
_BUSINESS_WORDS = frozenset(
    {
        "aktiengesellschaft", "associates", "autohaus", "bank", "builders", "college", "company", "construction",
        "consulting", "corp", "corporation", "electrical", "engineering", "enterprises", "foundation", "gmbh",
        "group", "holding", "holdings", "hospital", "hotel", "immobilien", "inc", "incorporated", "industries",
        "institute", "insurance", "international", "investments", "laboratories", "laboratory", "limited", "llc",
        "llp", "logistics", "ltd", "manufacturing", "marketing", "maschinenbau", "media", "motors", "partners",
        "pharmacy", "plc", "plumbing", "properties", "pte", "pty", "restaurant", "sarl", "services", "solutions",
        "supplies", "systems", "technologies", "trading", "transport", "transports", "university",
    }
)  # fmt: skip
_LATIN_WORDS = re.compile(r"[a-z]+")
_AND_SONS = re.compile(r"(?:&|\band\b) (?:sons?|co|bros|brothers|partners)\b", re.IGNORECASE)
# Short forms that might be names or initials of people count in their usual spelling at the end only.
_SHORT_FORM = re.compile(r"\w[ ,]+(?:SAS?|AG|KG|NV|BV|AB|Oyj?|OY|S[pP]A|S[rR][lL]|A/S|ApS|OHG|SE|eV|e\.V\.|sro)$")
_WITH_CONTACT = re.compile(
    r"^(.*(?:公司|集团|合伙企业|事务所|[\u4e00-\u9fff]{4}))[ ,;/]+([\u4e00-\u9fff]{2,4}|[A-Za-z][A-Za-z. ]{1,40})$"
)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_BRANCH = re.compile(r"(?<=公司)(.{1,20}(?:分公司|分店|办事处|营业部|分部|支公司))$|(?<=.{4})([^公司]{2,6}分公司)$")
_NOT_CORE = re.compile(r"[\s·.,'\"&、\-_()]")


def is_organization_name(value: object) -> bool:
    """Whether business words in a name say that it is an organisation's."""
    text = simplify(clean(value))
    if not text:
        return False
    if has_ideograph(text):
        # Short forms keep their place in brackets: 恒达商贸(青岛).
        bare = _BRACKETED.sub("", text) or text
        return bool(_BUSINESS_CHINESE.search(bare)) or _has_business_word(text)
    plain = undotted(text) if "." in text else text
    return _has_business_word(plain) or bool(_AND_SONS.search(plain) or _SHORT_FORM.search(plain))


def _has_business_word(text: str) -> bool:
    return not _BUSINESS_WORDS.isdisjoint(_LATIN_WORDS.findall(text.lower()))


def organization_name(value: object) -> OrganizationName | None:
    """Read an organisation's name; None when there is none."""
    text, _ = split_contact(value)
    if not text:
        return None
    return _read(text.upper()) if has_ideograph(text) else western_organization(text.upper()) or _read(text.upper())


def split_contact(value: object) -> tuple[str, str]:
    """Split a field that holds a firm and its contact (上海华鑫物流有限公司 姜总) into (firm, contact or "")."""
    text = simplify(clean(value))
    if found := _WITH_CONTACT.match(text):
        return found[1], found[2]
    return text, ""


@lru_cache(maxsize=8192)
def _read(text: str) -> OrganizationName | None:
    rest = text.replace("【", "(").replace("】", ")").replace("〔", "(").replace("〕", ")")
    branch = ""
    if found := _BRANCH.search(rest):
        branch = found[1] or found[2]
        rest = rest[: found.start()]
    bracketed = ""
    for inside in _BRACKETED.findall(rest):
        bracketed = bracketed or _place(inside)
    rest = _BRACKETED.sub("", rest)
    front = _leading_places(rest)
    rest = rest[len(front) :]
    form = ""
    if found := _FORM.search(rest):
        form = found[0].strip(" ,.")
        rest = rest[: found.start()]
    core = _NOT_CORE.sub("", rest) or _NOT_CORE.sub("", text)
    if not core:
        return None
    return OrganizationName(text, core, _place(front), bracketed, _NOT_CORE.sub("", branch), form)


def _leading_places(text: str) -> str:
    """Give the places a name begins with, as written: 浙江省杭州市 of 浙江省杭州市欧阳贸易."""
    length = 0
    for _ in range(2):
        rest = text[length:]
        known = LEADING_PLACE.match(rest)
        place = known[0] if known else ""
        suffix = rest[len(place) : len(place) + 1]
        step = len(place) + (suffix in {"省", "市"} and bool(place))
        # What is left must still be a name: 上海银行 keeps its 上海.
        if not place or len(_FORM.sub("", rest[step:])) < 2:
            break
        length += step
    return text[:length]


def _place(text: str) -> str:
    """Give the most exact place a text names: the city where there is one, else the province."""
    found = [place for place in PLACES_LONGEST_FIRST if place in text] if text else []
    cities = [place for place in found if place in CITY_PROVINCES]
    return (cities or found or [""])[0]
