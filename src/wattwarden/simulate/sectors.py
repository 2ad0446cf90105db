"""The kinds of customer in the county: how many, how large, on which price, and when they use electricity."""

from dataclasses import dataclass

import numpy as np

from wattwarden.simulate.plan import Floats, Ints

RESIDENTIAL, AGRICULTURAL, COMMERCIAL = range(3)
TARIFF_CLASSES = ("residential", "agricultural", "commercial_industrial")
SINGLE, CAPACITY, DEMAND = range(3)
BILLING_MODES = ("single_rate", "two_part_capacity", "two_part_demand")
VOLTAGES = ("v220", "v380", "kv10", "kv35")
V220, V380, KV10, KV35 = range(4)
METERING_MODES = ("hv_hv", "hv_lv", "lv_lv")
HV_HV, HV_LV, LV_LV = range(3)


def _hours(*blocks: tuple[int, float]) -> Floats:
    """Share of the day in each hour, from (hours, level) blocks that start at midnight."""
    level = np.concatenate([np.full(count, height) for count, height in blocks])
    return np.asarray(level / level.sum())


HOURS = {
    "home": _hours((6, 0.5), (3, 0.9), (8, 0.8), (1, 1.3), (4, 2.0), (2, 1.1)),
    "shop": _hours((8, 0.3), (2, 1.0), (11, 1.8), (3, 0.6)),
    "office": _hours((7, 0.25), (11, 2.0), (6, 0.5)),
    "day_factory": _hours((7, 0.3), (12, 1.9), (5, 0.5)),
    "shift": _hours((7, 1.05), (12, 1.0), (5, 0.95)),
    "farm": _hours((5, 0.5), (4, 1.6), (6, 1.0), (4, 1.6), (5, 0.5)),
    "night": _hours((7, 2.0), (5, 0.5), (2, 1.2), (8, 0.6), (2, 1.5)),
}

_COOLING = (1.30, 1.20, 0.92, 0.75, 0.82, 1.10, 1.60, 1.65, 1.15, 0.78, 0.86, 1.22)
_TRADE = (1.10, 1.00, 0.95, 0.90, 0.95, 1.10, 1.30, 1.30, 1.10, 0.95, 0.95, 1.05)
_EVEN = (0.98, 0.80, 1.00, 1.00, 1.00, 1.02, 1.06, 1.06, 1.02, 1.00, 1.02, 1.04)
_CROPS = (0.40, 0.40, 0.70, 1.00, 1.30, 1.70, 1.90, 1.80, 1.20, 0.70, 0.50, 0.40)


@dataclass(frozen=True)
class Sector:
    """One kind of customer.

    Args:
        share: Part of all customers.
        capacities: Contract capacities that occur, kVA.
        daily_kwh: Mean daily use where ``load_hours`` is 0.
        load_hours: Mean daily use as hours of full capacity; 0 where ``daily_kwh`` rules.
        season: Twelve monthly factors.
        weekend, holiday: Factors of use at weekends and on public holidays.
        jitter: Day-to-day spread (standard deviation of the logarithm).
        suffix: Ending of the company name; empty for a person's name.
    """

    code: str
    share: float
    customer_type: str
    voltage: int
    capacities: tuple[float, ...]
    tariff_class: int
    industries: tuple[str, ...]
    hours: str
    season: tuple[float, ...]
    daily_kwh: float = 0.0
    load_hours: float = 0.0
    weekend: float = 1.0
    holiday: float = 1.0
    jitter: float = 0.18
    suffix: str = ""
    use: str = ""

    @property
    def is_high_voltage(self) -> bool:
        """Whether the customer has its own transformer."""
        return self.voltage >= KV10


SECTORS: tuple[Sector, ...] = (
    Sector("urban_home", 0.540, "resident", V220, (8.0,), RESIDENTIAL, ("9910",), "home", _COOLING,
           daily_kwh=6.0, weekend=1.12, holiday=1.10, jitter=0.22, use="居民生活"),
    Sector("rural_home", 0.313, "resident", V220, (4.0, 8.0), RESIDENTIAL, ("9920",), "home", _COOLING,
           daily_kwh=3.6, weekend=1.05, holiday=1.25, jitter=0.25, use="居民生活"),
    Sector("shop", 0.070, "enterprise", V380, (10.0, 15.0, 20.0, 30.0, 50.0), COMMERCIAL,
           ("5211", "5212", "5221", "5251", "6210"), "shop", _TRADE,
           load_hours=2.6, weekend=1.10, holiday=0.95, suffix="商店", use="商业零售"),
    Sector("office", 0.012, "government", V380, (30.0, 50.0, 80.0), COMMERCIAL, ("9221", "8321", "9224"), "office",
           _TRADE, load_hours=2.4, weekend=0.35, holiday=0.30, suffix="服务中心", use="办公"),
    Sector("workshop", 0.016, "enterprise", V380, (30.0, 50.0, 80.0), COMMERCIAL, ("3311", "2110", "1713"),
           "day_factory", _EVEN, load_hours=4.0, weekend=0.80, holiday=0.25, suffix="加工厂", use="普通工业"),
    Sector("farm", 0.022, "farm", V380, (10.0, 20.0, 30.0), AGRICULTURAL, ("0111", "0141", "0411"), "farm", _CROPS,
           load_hours=2.0, jitter=0.30, suffix="种养合作社", use="农业生产"),
    Sector("hotel", 0.007, "enterprise", V380, (100.0, 125.0, 160.0), COMMERCIAL, ("6110", "6210"), "shop", _TRADE,
           load_hours=4.2, weekend=1.15, holiday=1.20, jitter=0.12, suffix="酒店", use="住宿餐饮"),
    Sector("site", 0.003, "enterprise", V380, (50.0, 80.0), COMMERCIAL, ("4710",), "day_factory", _EVEN,
           load_hours=3.0, weekend=0.9, holiday=0.2, jitter=0.25, suffix="建设工地", use="基建施工"),
    Sector("mall", 0.004, "enterprise", KV10, (250.0, 315.0, 500.0, 630.0), COMMERCIAL, ("5211", "6110"), "shop",
           _TRADE, load_hours=4.6, weekend=1.12, holiday=1.15, jitter=0.10, suffix="商业广场", use="商业"),
    Sector("plant", 0.009, "enterprise", KV10, (315.0, 400.0, 500.0, 630.0, 800.0, 1000.0), COMMERCIAL,
           ("3311", "1713", "2110", "3021", "2614"), "day_factory", _EVEN,
           load_hours=6.0, weekend=0.85, holiday=0.30, jitter=0.10, suffix="制造有限公司", use="工业生产"),
    Sector("mill", 0.002, "enterprise", KV35, (2000.0, 3150.0, 5000.0), COMMERCIAL, ("3140", "3011", "2614"),
           "shift", _EVEN, load_hours=12.0, weekend=0.97, holiday=0.70, jitter=0.08, suffix="冶炼有限公司",
           use="大工业生产"),
    Sector("hospital", 0.001, "government", KV10, (500.0, 800.0, 1000.0), COMMERCIAL, ("8411", "4610"), "office",
           _TRADE, load_hours=6.5, weekend=0.90, holiday=0.85, jitter=0.08, suffix="医院", use="公共服务"),
    Sector("charging", 0.001, "enterprise", KV10, (315.0, 630.0), COMMERCIAL, ("4430",), "night", _EVEN,
           load_hours=4.0, weekend=1.05, holiday=1.2, jitter=0.20, suffix="充电站", use="充电设施"),
)  # fmt: skip

NUMBER = {sector.code: position for position, sector in enumerate(SECTORS)}
"""Position of each sector by its code."""


def per_sector(attribute: str) -> Floats:
    """One number per sector."""
    return np.array([float(getattr(sector, attribute)) for sector in SECTORS])


def season_table() -> Floats:
    """Factor of use by sector and calendar month (index 0 is January)."""
    return np.array([sector.season for sector in SECTORS])


def rate_shares(quarter_rates: Ints) -> Floats:
    """Share of a day's use in each rate, by sector and by day of ``quarter_rates``."""
    table = np.zeros((len(SECTORS), len(quarter_rates), 4))
    for position, sector in enumerate(SECTORS):
        weights = np.repeat(HOURS[sector.hours] / 4, 4)
        for day, rates in enumerate(quarter_rates):
            table[position, day] = np.bincount(rates, weights=weights, minlength=4)
    return table
