"""The catalogue (车型配置) headquarters keeps, and the stock of a dealer by VIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.desk import yuan

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk, Network

BRAND = "奇瑞"
# code, series, variant, list price in yuan, class
VARIANTS = (
    ("TG8-16T-LX", "瑞虎8", "1.6T 豪华型", 139_900, "suv"),
    ("TG8-20T-FL", "瑞虎8", "2.0T 旗舰型", 165_900, "suv"),
    ("TG7-15T-CM", "瑞虎7", "1.5T 舒适型", 99_900, "suv"),
    ("AZ8-16T-LX", "艾瑞泽8", "1.6T 豪华型", 117_900, "sedan"),
    ("FA3-PHEV-110", "风云A3", "插混 110公里型", 129_900, "sedan"),
    ("QQI-EV-205", "QQ冰淇淋", "纯电 205公里型", 43_900, "mini"),
)
_PETROL = {"seats": 5, "energy": "petrol", "transmission": "dual_clutch", "drive": "front", "airbags": 6}
_LARGE = _PETROL | {"seats": 7, "body_type": "suv", "length_mm": 4720, "wheelbase_mm": 2710, "luggage_litres": 890}
_SMALL = {"seats": 4, "body_type": "hatchback", "energy": "electric", "transmission": "single_speed", "drive": "rear"}
SPECIFICATIONS: dict[str, dict[str, Any]] = {
    "TG8-16T-LX": _LARGE | {"power_kw": 145, "fuel_ml_per_100km": 6900},
    "TG8-20T-FL": _LARGE | {"power_kw": 187, "fuel_ml_per_100km": 7300},
    "TG7-15T-CM": _LARGE | {"seats": 5, "length_mm": 4500, "luggage_litres": 475},
    "AZ8-16T-LX": _PETROL | {"body_type": "sedan", "length_mm": 4780, "power_kw": 145},
    "FA3-PHEV-110": _PETROL | {"body_type": "sedan", "energy": "plug_in_hybrid", "electric_range_km": 110},
    "QQI-EV-205": _SMALL | {"electric_range_km": 205, "electricity_wh_per_km": 90, "length_mm": 2980, "airbags": 2},
}
"""What each is and has, by code; made up, as all of the demo."""
OPTIONS = (
    ("PANO", "全景天窗", 4_000),
    ("ADAS", "智能驾驶辅助包", 6_000),
    ("AUDIO", "索尼音响", 3_000),
)
COLOURS = ("珍珠白", "幻影黑", "星云灰", "极光蓝", "烈焰红")
LOT = (0, 2, 3, 4, 5)
"""Variants a dealer keeps on the lot; the last one is on its way."""


async def offer_variants(network: Network) -> list[dict[str, Any]]:
    """Enter the catalogue; gives the variants in the order of `VARIANTS`."""
    options = [{"code": code, "description": text, "price": yuan(price)} for code, text, price in OPTIONS]
    return [
        await network.post(
            "/v1/sales/variants",
            {
                "org_unit": "hq",
                "code": code,
                "brand": BRAND,
                "series": series,
                "model": series,
                "variant": variant,
                "model_year": network.now.year,
                "vehicle_class": vehicle_class,
                "list_price": yuan(price),
                "options": options,
                "specification": SPECIFICATIONS[code],
            },
        )
        for code, series, variant, price, vehicle_class in VARIANTS
    ]


async def stock_up(desk: Desk, variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Enter the vehicles of a dealer: all have come but the last; gives vehicles as an order names them."""
    vehicles = []
    for place, number in enumerate(LOT):
        variant, colour = variants[number], desk.random.choice(COLOURS)
        body = {
            "org_unit": desk.dealer.org_unit,
            "vin": desk.chassis(),
            "variant_id": variant["id"],
            "exterior_color": colour,
            "expected_on": desk.network.day(6).isoformat(),
        }
        car = await desk.network.post("/v1/sales/stock", body)
        if place < len(LOT) - 1:
            await desk.step("/v1/sales/stock", car, "arrive")
        vehicles.append(
            {"brand": BRAND, "series": variant["series"], "model": f"{variant['series']} {variant['variant']}"}
            | {"vin": car["vin"], "exterior_color": colour}
        )
    return vehicles
