"""The places of the demo market: cities, districts, streets, plate offices, area codes; the dealer network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city: province, name, plate office, telephone area code, districts as (GB/T 2260 code, name)."""

    province: str
    name: str
    plate_office: str
    area_code: str
    districts: tuple[tuple[str, str], ...]


CITIES = (
    City("安徽省", "芜湖市", "皖B", "0553", (("340202", "镜湖区"), ("340207", "鸠江区"), ("340203", "弋江区"))),
    City("安徽省", "合肥市", "皖A", "0551", (("340104", "蜀山区"), ("340103", "庐阳区"), ("340111", "包河区"))),
    City("上海市", "上海市", "沪A", "021", (("310104", "徐汇区"), ("310115", "浦东新区"), ("310112", "闵行区"))),
    City("江苏省", "南京市", "苏A", "025", (("320106", "鼓楼区"), ("320105", "建邺区"), ("320115", "江宁区"))),
    City("浙江省", "杭州市", "浙A", "0571", (("330106", "西湖区"), ("330113", "临平区"), ("330108", "滨江区"))),
    City("广东省", "广州市", "粤A", "020", (("440106", "天河区"), ("440104", "越秀区"), ("440114", "花都区"))),
    City("四川省", "成都市", "川A", "028", (("510107", "武侯区"), ("510104", "锦江区"), ("510105", "青羊区"))),
    City("北京市", "北京市", "京A", "010", (("110105", "朝阳区"), ("110108", "海淀区"), ("110106", "丰台区"))),
    City("湖北省", "武汉市", "鄂A", "027", (("420106", "武昌区"), ("420102", "江岸区"), ("420111", "洪山区"))),
    City("陕西省", "西安市", "陕A", "029", (("610113", "雁塔区"), ("610104", "莲湖区"), ("610112", "未央区"))),
)
STREETS = (
    "中山路",
    "人民路",
    "解放路",
    "北京东路",
    "长江路",
    "文化路",
    "建设大道",
    "花园街",
    "新华路",
    "和平里",
    "学府路",
    "银湖北路",
)
ESTATES = ("翡翠城", "金色家园", "阳光花园", "碧桂园", "万达广场", "书香苑", "滨江一号", "东方名都")
MODELS = ("瑞虎8", "瑞虎7", "艾瑞泽8", "艾瑞泽5", "风云A3", "QQ冰淇淋", "小蚂蚁", "开瑞优劲")


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer (经销商), its repair station (维修站), and the own number they write where a customer's is missing."""

    org_unit: str
    station: str
    city: City
    phone: str


def dealers(count: int) -> tuple[Dealer, ...]:
    """The network: dealer:D0001 with station:S0101 in the first city, and so on (at most 99)."""
    return tuple(
        Dealer(
            org_unit=f"dealer:D{number:04d}",
            station=f"station:S{number:02d}01",
            city=CITIES[(number - 1) % len(CITIES)],
            phone=_desk_phone(CITIES[(number - 1) % len(CITIES)], number),
        )
        for number in range(1, count + 1)
    )


def _desk_phone(city: City, number: int) -> str:
    local_digits = 8 if len(city.area_code) == 3 else 7
    return f"{city.area_code}6{number:0{local_digits - 1}d}"
