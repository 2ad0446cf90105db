"""The rank of a case in words, each figure with where it comes from."""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import pyarrow as pa

from wattwarden.domain.case import Place
from wattwarden.domain.labels import Label
from wattwarden.domain.money import round_to, yuan_text
from wattwarden.rulekit.register import Register
from wattwarden.scoring.evidence import ONE, causes, prepared
from wattwarden.scoring.fusion import CAUSE, Learned
from wattwarden.scoring.parameters import ScoringParameters

PLACE_LABELS = {
    Place.PREMISE: Label(zh="上门检查", en="visit"),
    Place.GRID: Label(zh="线路台区巡查", en="patrol of the area"),
    Place.DESK: Label(zh="案头核查", en="check at the desk"),
}


def explain(
    case: Mapping[str, object],
    findings: pa.Table,
    register: Register,
    parameters: ScoringParameters,
    titles: Mapping[str, Label],
    learned: Learned | None = None,
) -> list[Label]:
    """Why the case stands where it stands.

    Args:
        case: One row of CASE_SCHEMA.
        findings: The findings of this case (FINDING_SCHEMA).
        register: As given to ``score``.
        parameters: As given to ``score``.
        titles: Titles by rule id; a rule that is not there is called by its id.
        learned: As given to ``score``.

    Returns:
        Sentences: one per cause, then the probability, the costs, and the net value.
    """
    by_cause = causes(prepared(findings, register, parameters), parameters, learned).sort_by(
        [("expected", "descending"), ("cause", "ascending")]
    )
    return [
        *(_cause(row, parameters, titles) for row in by_cause.to_pylist()),
        *_learned(case, by_cause, learned),
        *_chance(case),
        *_costs(case, parameters),
        _net(case, by_cause.num_rows),
    ]


def _learned(case: Mapping[str, object], by_cause: pa.Table, learned: Learned | None) -> list[Label]:
    """What the learned score rests on, where it took part."""
    customer = str(case["customer_id"])
    if learned is None or CAUSE not in by_cause["cause"].to_pylist() or customer not in learned.log_odds:
        return []
    zh, en = learned.because.get(customer, ("没有突出的原因", "nothing stands out"))
    how = "已与规则证据融合为上述可能性" if learned.weights else "为无检查结果时的假设，未参与融合"
    how_en = (
        "fused with the rules into the chance above"
        if learned.weights
        else "assumed before any inspection, not fused"
    )
    return [Label(zh=f"学习评分({how})的原因：{zh}。", en=f"The learned score ({how_en}) rests on: {en}.")]


def percent(share: Decimal) -> str:
    """A share from 0 to 1 as per cent with one decimal, whole numbers without."""
    text = format(round_to(share * 100, 1), "f")
    return f"{text.removesuffix('.0')}%"


def _cause(row: Mapping[str, object], parameters: ScoringParameters, titles: Mapping[str, Label]) -> Label:
    rule = str(row["lead_rule"])
    title = titles.get(rule, Label(zh=rule, en=rule))
    chance = percent(Decimal(_whole(row, "probability")) / ONE)
    likely, kept, expected = (yuan_text(_whole(row, n)) for n in ("likely", "recoverable", "expected"))
    count, rules = _whole(row, "findings"), _whole(row, "rules")
    if _whole(row, "likely"):
        zh = f"“{title.zh}”估算损失约{likely}元，预计可追补或退还{kept}元"
        en = f"Because “{title.en}” sizes the loss at about {likely} yuan, {kept} yuan of it to be made good"
    else:
        consequence = yuan_text(_whole(row, "consequence"))
        zh = f"“{title.zh}”未计算金额，按该风险点一次后果{consequence}元计，可避免{kept}元"
        en = f"Because “{title.en}” sizes no money, and one confirmed case costs {consequence} yuan"
        en += f", of which {kept} yuan can be averted"
    if rules > 1 or count > 1:
        weight = percent(parameters.same_cause_weight.value)
        zh += f"；同一原因共{count}条疑点、{rules}条规则"
        zh += f"，金额只取期望最大者，其他规则按{weight}计为新证据"
        en += f"; {count} findings by {rules} rules share this cause"
        en += f", so the largest counts once and further rules count {weight} as evidence"
    return Label(
        zh=f"{zh}；属实可能性{chance}，期望{expected}元。",
        en=f"{en}; it is {chance} likely, worth {expected} yuan on average.",
    )


def _chance(case: Mapping[str, object]) -> list[Label]:
    if case["findings"] == 1:
        return []
    chance, count = percent(cast("Decimal", case["probability"])), case["findings"]
    together = Label(
        zh=f"合计{count}条疑点，至少一条属实的可能性为{chance}。",
        en=f"Taken together, the chance that at least one of {count} findings is confirmed is {chance}.",
    )
    return [together]


def _costs(case: Mapping[str, object], parameters: ScoringParameters) -> list[Label]:
    place = Place(str(case["place"]))
    figures, what = parameters.places[place], PLACE_LABELS[place]
    cost, harm = yuan_text(figures.cost_fen), yuan_text(figures.harm_fen)
    cost_why, harm_why = figures.cost_because, figures.harm_because
    expected, wrong = yuan_text(_whole(case, "harm_fen")), percent(1 - cast("Decimal", case["probability"]))
    return [
        Label(
            zh=f"一次{what.zh}的成本为{cost}元({cost_why.zh})。",
            en=f"One {what.en} costs {cost} yuan ({cost_why.en}).",
        ),
        Label(
            zh=f"若判断有误，损害为{harm}元({harm_why.zh})，乘以{wrong}为{expected}元。",
            en=f"If it is wrong the harm is {harm} yuan ({harm_why.en}); times {wrong}: {expected} yuan.",
        ),
    ]


def _net(case: Mapping[str, object], cause_count: int) -> Label:
    names = ("expected_fen", "visit_cost_fen", "harm_fen", "net_value_fen")
    expected, cost, harm, net = (yuan_text(_whole(case, name)) for name in names)
    rank = case["rank"]
    zh = f"期望{expected}元 − 成本{cost}元 − 误判损害{harm}元 = 净值{net}元，排第{rank}位。"
    en = f"expected {expected} − cost {cost} − harm {harm} = net value {net} yuan, which ranks {rank}."
    if cause_count > 1:
        return Label(zh=f"{cause_count}个不同原因相加，{zh}", en=f"{cause_count} causes add up: {en}")
    return Label(zh=zh, en=en[0].upper() + en[1:])


def _whole(row: Mapping[str, object], name: str) -> int:
    return cast("int", row[name])
