"""Causes, shapes and checks in the words of the field, in both languages.

Source: no formula of its own; the order of checks follows DOMAIN E (files, readings, gate meter, then theft).
"""

from collections.abc import Mapping

from wattwarden.calc.loss.area import HOURS
from wattwarden.calc.loss.cause import Cause, Chances
from wattwarden.calc.loss.shapes import Shape
from wattwarden.calc.loss.suspects import Suspect
from wattwarden.domain.labels import Label

CAUSES: Mapping[Cause, Label] = {
    Cause.NORMAL: Label(zh="正常", en="normal"),
    Cause.THEFT: Label(zh="窃电", en="theft"),
    Cause.MAPPING: Label(zh="户变关系错误", en="customer filed under the wrong area"),
    Cause.GATE: Label(zh="考核表误差", en="error of the gate meter"),
    Cause.METER: Label(zh="用户表计量故障", en="fault of a customer's meter"),
    Cause.UNMETERED: Label(zh="无表用电", en="unmetered supply"),
    Cause.CLOCK: Label(zh="时钟偏差", en="clock that is off"),
    Cause.MISSING: Label(zh="采集缺数", en="missing readings"),
    Cause.TECHNICAL: Label(zh="技术线损偏高", en="technical loss too large"),
}
SHAPES: Mapping[Shape, Label] = {
    Shape.EVEN: Label(
        zh="线损始终与其读数成固定比例", en="loss follows the readings in one share at all hours"
    ),
    Shape.BY_HOUR: Label(
        zh="线损按时段与其读数成比例", en="loss follows the readings in a share by hour of the day"
    ),
    Shape.BY_DAY: Label(zh="线损在部分日期与其读数成比例", en="loss follows the readings on some days"),
    Shape.BY_LEVEL: Label(
        zh="线损与其读数成比例, 比例随读数高低变化",
        en="loss follows the readings in a share that changes with how high they are",
    ),
    Shape.CEILING: Label(
        zh="读数停在上限时才有线损", en="loss arises while the meter rests at its highest reading"
    ),
    Shape.FLOOR: Label(zh="读数接近零时才有线损", en="loss arises while the meter rests near zero"),
    Shape.CONSTANT: Label(
        zh="有读数时线损为固定值", en="a constant is lost while the meter turns, less while it rests"
    ),
    Shape.REPLACED: Label(
        zh="读数每升一度线损降一度, 读数不是实际用电",
        en="loss falls by one where the readings rise by one: they are not the use",
    ),
    Shape.ELSEWHERE: Label(zh="读数计入本台区但不由本台区供电", en="read here, fed from elsewhere"),
    Shape.MOVED: Label(zh="自某日起不由本台区供电", en="fed from elsewhere on part of the days"),
    Shape.CLOCK: Label(zh="电能表时钟偏差", en="the meter's clock is off"),
    Shape.FAST: Label(zh="电能表偏快", en="the meter reads too much"),
    Shape.GATE: Label(zh="考核表按比例偏差", en="the gate meter is off in proportion"),
    Shape.GATE_CHANGED: Label(
        zh="考核表自某日起按比例偏差", en="the gate meter is off in proportion from some day on"
    ),
    Shape.GATE_CLOCK: Label(zh="考核表时钟偏差", en="the gate meter's clock is off"),
    Shape.UNMETERED: Label(zh="按时段固定的无表用电", en="an unmetered load with a daily profile"),
    Shape.BORROWED: Label(zh="由本台区供电但档案在邻近台区", en="fed here, filed in a neighbouring area"),
}
_FILES = Label(
    zh="核对该户档案台区, 并用台区识别仪或停送电时刻比对确认供电变压器(免入户)",
    en="Compare the filed area with an area tracer or with outage times; nobody needs to enter the premises",
)
_GATE = Label(
    zh="在考核表处用标准表或钳表比对一次(只到变压器, 不入户)",
    en="Compare the gate meter once with a reference or clamp meter: one visit to the transformer",
)
_LOGS = Label(
    zh="远程召测时钟、事件与停电记录(不出门)",
    en="Recall clock, events and outages remotely; no visit",
)
CHECKS: Mapping[Cause, Label] = {
    Cause.NORMAL: Label(zh="无需检查", en="No check needed"),
    Cause.THEFT: Label(
        zh="在其窃电时段突击钳测进户电流并与表计电流比较, 查封印与开盖记录",
        en="Clamp the service current in the suspected hours against the metered one; look at seals and cover events",
    ),
    Cause.MAPPING: _FILES,
    Cause.GATE: _GATE,
    Cause.METER: Label(
        zh="先远程召测该表事件与电压电流, 再现场校验",
        en="Recall the meter's events, volts and amps; then test it on site",
    ),
    Cause.UNMETERED: Label(
        zh="按时段巡视路灯、广告、通信箱等无表用电",
        en="Walk the lines in the hours of the loss: street lights, signs, telecom boxes",
    ),
    Cause.CLOCK: _LOGS,
    Cause.MISSING: Label(zh="补召缺失读数后重算", en="Recall the missing readings and compute again"),
    Cause.TECHNICAL: Label(
        zh="核对变压器容量、三相不平衡与供电半径", en="Look at rating, phase balance and length of the lines"
    ),
}
CHEAPEST = (
    Cause.MISSING, Cause.CLOCK, Cause.MAPPING, Cause.GATE, Cause.METER, Cause.UNMETERED, Cause.TECHNICAL, Cause.THEFT,
)  # fmt: skip
"""Causes in the order of what their check costs, cheapest first."""


WORTH_SEPARATING = 0.02
"""Probability of the second cause below which the first alone is checked."""


def separating_check(chances: Chances) -> Label:
    """The single cheapest check that tells the two most likely causes apart."""
    best, second = chances.ranked[:2]
    if best is Cause.NORMAL or chances.of[second] < WORTH_SEPARATING:
        return CHECKS[best]
    if {best, second} == {Cause.THEFT, Cause.METER}:
        return CHECKS[Cause.METER]
    pair = [cause for cause in (best, second) if cause is not Cause.NORMAL]
    return CHECKS[min(pair, key=CHEAPEST.index)]


def hours_text(hours: tuple[int, ...]) -> str:
    """Hours of the day as ranges: ``21-6`` is from 21:00 to 06:00."""
    if not hours or len(hours) == HOURS:
        return "0-24"
    starts = [hour for hour in hours if (hour - 1) % HOURS not in hours]
    parts = []
    for start in starts:
        stop = start
        while stop % HOURS in hours:
            stop += 1
        parts.append(f"{start}-{stop if stop <= HOURS else stop - HOURS}")
    return ", ".join(parts)


def why_suspect(suspect: Suspect) -> Label:
    """Why a customer is suspected, in one sentence."""
    if suspect.shape is None:
        return Label(
            zh="读数本身异常: 只有此户的读数足以造成负线损, 或读数长时间不变",
            en="The readings themselves are odd: only they are large enough for the negative loss, or they do not move",
        )
    shape = SHAPES[suspect.shape]
    return Label(
        zh=f"{shape.zh}; 约 {suspect.bypassed_kwh:.0f} 千瓦时未计量({suspect.low_kwh:.0f} 至 {suspect.high_kwh:.0f}), "
        f"占其用电 {suspect.share:.0%}, 时段 {hours_text(suspect.hours)} 时, {suspect.days} 天",
        en=f"{shape.en}; about {suspect.bypassed_kwh:.0f} kWh unmetered ({suspect.low_kwh:.0f} to "
        f"{suspect.high_kwh:.0f}), {suspect.share:.0%} of the use, hours {hours_text(suspect.hours)}, "
        f"{suspect.days} days",
    )
