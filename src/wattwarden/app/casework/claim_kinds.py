"""The calculators of a case: what each asks for, and the claim of ``app.make_claim`` that it works out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, cast

from wattwarden.app.casework.forms import Choices, Field
from wattwarden.app.casework.typed import Typed
from wattwarden.app.claim_theft import Evidence, theft_by_methods
from wattwarden.app.make_claim import (
    CapacityBreach,
    capacity_claim,
    class_change_claim,
    late_fee_claim,
    outage_claim,
    own_source_claim,
    tampering_claim,
)
from wattwarden.calc.claims import back_billing, wiring
from wattwarden.calc.claims.theft import Penalty, Wiring
from wattwarden.calc.claims.theft_methods import TITLES, Choice, Method
from wattwarden.calc.claims.theft_price import PricePolicy
from wattwarden.domain.labels import Label
from wattwarden.domain.worked import Worked

Remedy = Literal["back_bill", "refund"]
AWAITS = "整改审批人(待审批) / approver of the remedy (pending)"
"""Who approves the multiple of a penalty: whoever approves the remedy that carries it."""


@dataclass(frozen=True)
class ClaimKind:
    """One calculator.

    Attributes:
        group: Heading that it stands below.
        work: From the typed fields to the derivation.
        remedy: What follows where the result is not negative; below zero it is always a refund.
        penalty_level: Level of the price book ``penalty_times`` that caps a penalty; None without one.
    """

    title: Label
    group: Label
    fields: Sequence[Field]
    work: Callable[[Typed], Worked]
    remedy: Remedy = "back_bill"
    penalty_level: str | None = None


def _field(name: str, zh: str, en: str, kind: str = "number", value: str = "", *, needed: bool = True,
           choices: Choices = ()) -> Field:  # fmt: skip
    return Field(name, Label(zh=zh, en=en), kind, choices, value, needed)


_maybe = partial(_field, needed=False)
_SETTLE = Label(zh="计量与核算退补", en="Back-bill or refund")
_PENALISED = Label(zh="窃电与违约用电", en="Theft and breach")
_OTHER = Label(zh="违约金与赔偿", en="Late fee and compensation")
_KWH = _field("kwh", "期间抄见电量(千瓦时)", "Energy read in the period, kWh")
_PRICE = _field("price", "电价(元/千瓦时)", "Price, yuan/kWh")
_ON = _field("on", "行为日", "Day of the act", "date")
_KVA = _field("kva", "容量(千伏安)", "Capacity, kVA")
_RESIDENTIAL = _maybe("residential", "居民客户", "Residential customer", "flag")
_YES: Choices = (("lighting", Label(zh="照明", en="Lighting")), ("power", Label(zh="动力", en="Power")))
_WIRINGS: Choices = (
    ("single_phase", Label(zh="单相", en="Single phase")),
    ("three_phase_4w", Label(zh="三相四线", en="Three-phase four-wire")),
    ("high_voltage", Label(zh="高压", en="High voltage")),
)
_POLICIES: Choices = (
    ("average", Label(zh="平均电价", en="Average price")),
    ("flat", Label(zh="平段电价", en="Flat price")),
    ("peak", Label(zh="高峰电价", en="Peak price")),
)
_CAPACITY = (
    _ON, _KVA, _maybe("monthly", "两部制容量电价(元/千伏安·月)", "Capacity charge of a two-part customer, yuan/(kVA·month)"),
    _field("months", "使用月数", "Months of use", value="1"),
)  # fmt: skip
_THEFT = (
    _ON,
    _maybe("days", "查明天数", "Days, if found out", "whole"),
    _maybe("hours", "每日小时", "Hours a day, if found out"),
    _maybe("connected_days", "实际接用天数", "Days connected, if fewer", "whole"),
    _maybe("use", "用电类别", "Kind of use", "select", "power", choices=_YES),
    _maybe("tapped_kw", "私接设备容量(千瓦)", "Rated power tapped before the meter, kW"),
    _maybe("current_a", "计费表标定电流(安)", "Rated current of the meter, A"),
    _maybe("wiring", "接线方式", "Wiring of the meter", "select", "single_phase", choices=_WIRINGS),
    _maybe("ratio", "变比", "Ratio of the current transformers", value="1"),
    _maybe("line_kv", "线电压(千伏)", "Line voltage, kV"),
    _maybe("check_kwh", "比对表电量(千瓦时)", "Energy of a check meter, kWh"),
    _maybe("metered_kwh", "计费表同期电量(千瓦时)", "Energy counted meanwhile, kWh"),
    _maybe("factor", "更正系数 K", "Correction factor K"),
    _maybe("normal_kwh_day", "正常日用电量(千瓦时)", "Normal use, kWh a day"),
    _maybe("metered_kwh_day", "窃电期日均计量(千瓦时)", "Use counted, kWh a day", value="0"),
    _maybe("loss_kwh_day", "台区日损失(千瓦时)", "Loss of the area, kWh a day"),
    _maybe("usual_loss_kwh_day", "正常日损失(千瓦时)", "Usual loss, kWh a day", value="0"),
    _maybe("chosen", "采用的方法", "Method that holds", "select", choices=cast("Choices", list(TITLES.items()))),
    _maybe("reason", "采用理由", "Why this method", "text"),
    _maybe("policy", "时段不明时的电价", "Price of unknown hours", "select", "average", choices=_POLICIES),
    _PRICE,
    _maybe("times", "拟定违约使用电费倍数", "Multiple proposed for the penalty"),
    _maybe("justification", "倍数理由", "Why this multiple", "text"),
)  # fmt: skip


def _theft(t: Typed) -> Worked:
    evidence = Evidence(
        t.day("on"), t.whole_or("days"), t.number_or("hours"), t.whole_or("connected_days"), t.word("use") == "lighting",
        t.number_or("tapped_kw"), t.number_or("current_a"), cast("Wiring", t.word("wiring")), t.number("ratio"),
        t.number_or("line_kv"), t.number_or("check_kwh"), t.number_or("metered_kwh"), t.number_or("factor"),
        t.number_or("normal_kwh_day"), t.number("metered_kwh_day"), t.number_or("loss_kwh_day"),
        t.number("usual_loss_kwh_day"),
    )  # fmt: skip
    chosen, times = t.word("chosen"), t.number_or("times")
    choice = Choice(cast("Method", chosen), t.word("reason"), t.word("decided_by")) if chosen else None
    penalty = None if times is None else Penalty(times, t.word("justification"), AWAITS)
    policy = cast("PricePolicy", t.word("policy"))
    return theft_by_methods(evidence, choice, policy, {policy: t.number("price")}, penalty)


def _wiring(t: Typed) -> Worked:
    measured = t.number_or("factor")
    factor = measured if measured is not None else wiring.theory_factor(t.word("fault"), t.number("cos_phi"))
    return back_billing.wrong_wiring(t.number("kwh"), factor)


def _capacity(kind: CapacityBreach, t: Typed) -> Worked:
    return capacity_claim(t.day("on"), kind, t.number("kva"), t.number_or("monthly"), t.number("months"))


def _late_fee(t: Typed) -> Worked:
    return late_fee_claim(t.fen("arrears"), t.day("due"), t.day("paid"), residential=t.flag("residential"),
                          contract_permille=t.number_or("contract_permille"))  # fmt: skip


def _settled(zh: str, en: str, work: Callable[[Typed], Worked], *fields: Field) -> ClaimKind:
    """A calculator of energy, priced."""
    return ClaimKind(Label(zh=zh, en=en), _SETTLE, (_KWH, *fields, _PRICE),
                     lambda t: back_billing.priced(work(t), t.number("price")))  # fmt: skip


def _penalised(zh: str, en: str, fields: Sequence[Field], work: Callable[[Typed], Worked],
               level: str | None = None) -> ClaimKind:  # fmt: skip
    return ClaimKind(Label(zh=zh, en=en), _PENALISED, fields, work, penalty_level=level)


KINDS: Mapping[str, ClaimKind] = {
    "meter_error": _settled("计量误差超差", "Meter out of tolerance",
        lambda t: back_billing.meter_error(t.number("kwh"), t.number("error_pct")),
        _field("error_pct", "相对误差(%，慢为负)", "Signed relative error, %; slow is negative")),
    "voltage_drop": _settled("二次压降超差", "Voltage drop of the secondary wire",
        lambda t: back_billing.voltage_drop(t.number("kwh"), t.number("actual_pct"), t.number("allowed_pct")),
        _field("actual_pct", "实测压降(%)", "Drop measured, %"), _field("allowed_pct", "允许压降(%)", "Drop allowed, %")),
    "normal_month": _settled("按正常月电量", "By the use of a normal month",
        lambda t: back_billing.normal_month(t.number("kwh"), t.number("normal_kwh")),
        _field("normal_kwh", "正常月电量(千瓦时)", "Use of a normal month, kWh")),
    "wrong_wiring": _settled("接线错误", "Wrong wiring", _wiring,
        _maybe("factor", "实测更正系数 K", "Correction factor K, measured"),
        _maybe("fault", "或按理论：故障类型", "Or by theory: the fault", "select",
               choices=[(code, Label(zh=code, en=code)) for code in wiring.FAULTS]),
        _maybe("cos_phi", "功率因数", "Power factor", value="1")),
    "transformer_fault": _settled("互感器故障或熔丝熔断", "Instrument transformer faulty or fuse blown",
        lambda t: back_billing.transformer_fault(t.number("kwh"), t.number("missing_pct")),
        _field("missing_pct", "差额率(%)", "Missing energy as a share of the energy read, %")),
    "multiplier": _settled("倍率差错", "Wrong multiplier",
        lambda t: back_billing.multiplier(t.number("kwh"), t.number("billed"), t.number("actual")),
        _field("billed", "计费倍率", "Multiplier billed"), _field("actual", "实际倍率", "Multiplier on site")),
    "theft": _penalised("窃电", "Theft", _THEFT, _theft, "theft"),
    "class_change": _penalised("高价低接", "Dear use on a cheap price",
        (_ON, _field("monthly_yuan", "每月差额电费(元)", "Difference of a month, yuan"), _maybe("months", "查明月数", "Months, if found out")),
        lambda t: class_change_claim(t.day("on"), t.fen("monthly_yuan"), t.number_or("months")), "change_of_class"),
    "over_capacity": _penalised("私自增容", "Use beyond the contract capacity", _CAPACITY,
        partial(_capacity, "over_capacity"), "over_capacity"),
    "sealed": _penalised("使用封存设备", "Sealed equipment in use", _CAPACITY, partial(_capacity, "sealed"), "sealed"),
    "tampering": _penalised("擅动计量采集设施", "Equipment moved or altered",
        (_ON, _field("times", "次数", "How often", "whole", "1"), _RESIDENTIAL),
        lambda t: tampering_claim(t.day("on"), t.whole("times"), residential=t.flag("residential"))),
    "own_source": _penalised("擅自引入供出电源", "Own source or resale", (_ON, _KVA),
        lambda t: own_source_claim(t.day("on"), t.number("kva"))),
    "late_fee": ClaimKind(Label(zh="电费违约金", en="Late-payment fee"), _OTHER,
        (_field("arrears", "欠费(元)", "Arrears, yuan"), _field("due", "缴费截止日", "Due on", "date"),
         _field("paid", "实缴日", "Paid on", "date"), _RESIDENTIAL,
         _maybe("contract_permille", "合同约定比例(‰/日)", "Rate agreed in the contract, ‰ a day")), _late_fee),
    "outage": ClaimKind(Label(zh="停电损失赔偿", en="Compensation for an outage"), _OTHER,
        (_ON, _field("hourly_kwh", "停电前平均小时电量(千瓦时)", "Average use before, kWh per hour"),
         _field("hours", "停电小时数", "Duration, hours"), _PRICE, _maybe("two_part", "两部制", "Two-part", "flag")),
        lambda t: outage_claim(t.day("on"), t.number("hourly_kwh"), t.number("hours"), t.number("price"),
                               two_part=t.flag("two_part")), "refund"),
}  # fmt: skip


def filled(kind: ClaimKind, sent: Mapping[str, str], first: Mapping[str, str]) -> list[Field]:
    """The fields with what was sent, else with what the case tells."""
    return [
        replace(f, value=sent.get(f.name, first.get(f.name, f.value) if not sent else ""))
        for f in kind.fields
    ]
