"""The model card: what the score is for, what it is made of, how good it was, and where it must not be used.

Every figure on it comes from the evaluation it is given; the text states none.
"""

from decimal import Decimal

from wattwarden.domain.money import round_to
from wattwarden.models.theft.evaluate import Evaluation
from wattwarden.models.theft.measure import Figure, Measures

EN = """# Model card: theft from billing history

**For.** Ranking customers for a visit. A score is no proof, and no ground for a charge or a disconnection.

**Data.** Invoices before the cut, district, category, region, day of connection. {customers} customers,
{confirmed} confirmed. Track: {track}.

**Made of.** Boosted trees averaged over parts of the customers; isotonic calibration. Comparison with those read
on the same day, and with known outcomes among neighbours.

| measure | score | plain score | dates only |
| --- | --- | --- | --- |
{rows}

Intervals are 95 %, bootstrap over customers.

**Calibration**, by tenths of the customers, least suspicious first.

| probability said | share confirmed |
| --- | --- |
{calibration}

**What limited it.**

- The day of the cut is no feature, yet the last invoice lies before it: the column "dates only" shows what dates
  alone give away, "within a year" what is left among histories cut in the same year.
- Outcomes of neighbours are used whenever they were found, possibly after the cut.
- A change of the meter's kind under the same number may itself be the trace of an inspection.
- A customer never inspected counts as honest. Fitted on one utility abroad: measure again before use elsewhere.
- Bills come every few months: a theft shorter than that, or one that began before the first bill, leaves no step.
- kWh are the drop below the own earlier median, an estimate. What was stolen is not on record, nor its price:
  money is the estimate at the price that was given.
"""

ZH = """# 模型卡: 账单历史窃电评分

**用途。** 为现场检查排序。评分不是证据, 不得据此追补电费或停电。

**数据。** 截止日之前的账单、片区、类别、地区、立户日。共 {customers} 户, 属实 {confirmed} 户。口径: {track}。

**构成。** 按客户分组拟合并取平均的提升树; 保序回归校准。与同日同区抄表户比较, 并参考邻近户的已知结果。

| 指标 | 评分 | 简单评分 | 仅日期 |
| --- | --- | --- | --- |
{rows}

区间为 95%, 按客户自助抽样。

**校准**, 客户按评分十等分, 由低到高。

| 预测概率 | 实际比例 |
| --- | --- |
{calibration}

**受限之处。**

- 截止日不作特征, 但最后一张账单总在其前: “仅日期”一列说明日期本身透露多少, “同一截止年内”说明除此之外还剩多少。
- 邻近户的结果不论何时查实都会使用, 可能晚于截止日。
- 表号不变而表计类型改变, 本身可能就是检查留下的痕迹。
- 未检查过的客户一律视为正常。拟合数据来自国外一家企业, 用于他处前须重新评估。
- 账单数月一期: 更短的窃电, 或首张账单之前已开始的窃电, 不会留下台阶。
- 电量为低于自身历史中位数的差额, 只是估计。实际窃电量与电价均无记录; 金额为按给定电价的估计。
"""

WORDS = {
    "en": (
        *("ROC-AUC", "ROC-AUC within a year", "average precision", "precision at {}", "kWh a year at {}"),
        "money a year at {}, at {} a kWh",
    ),
    "zh": (
        *("ROC-AUC", "ROC-AUC(同一截止年内)", "平均精确率", "前 {} 户准确率", "前 {} 户年电量 kWh"),
        "前 {} 户年金额, 每 kWh {}",
    ),
}
TRACKS = {
    "en": ("as known then", "full history; flatters, since an exchanged meter tells of a visit"),
    "zh": ("当时所知", "全部历史; 偏乐观, 因换表本身透露了检查"),
}


def model_card(found: Evaluation, *, full_history: bool, language: str, price: Decimal | None = None) -> str:
    """The card in Markdown.

    Args:
        price: Money per kWh; without it, the card states kWh only.
        language: ``zh`` or ``en``.
    """
    return {"en": EN, "zh": ZH}[language].format(
        customers=found.customers,
        confirmed=found.confirmed,
        track=TRACKS[language][full_history],
        rows="\n".join(
            f"| {name} | " + " | ".join(figures) + " |"
            for name, figures in measure_rows(found, language, price)
        ),
        calibration="\n".join(f"| {said:.3f} | {came:.3f} |" for said, came in found.calibration),
    )


def model_cards(found: Evaluation, *, full_history: bool, price: Decimal | None = None) -> str:
    """The card in Chinese, then in English."""
    return "\n".join(
        model_card(found, full_history=full_history, language=each, price=price) for each in ("zh", "en")
    )


def interval(figure: Figure, form: str = "{:.3f}") -> str:
    """A value with its interval."""
    return f"{form.format(figure.value)} ({form.format(figure.low)} – {form.format(figure.high)})"


def money(kwh: Figure, price: Decimal) -> str:
    """An estimated energy at a price, in whole units of money, with its interval."""
    value, low, high = (round_to(Decimal(round(each)) * price, 0) for each in (kwh.value, kwh.low, kwh.high))
    return f"{value:,} ({low:,} – {high:,})"


def measure_rows(
    found: Evaluation, language: str, price: Decimal | None = None
) -> list[tuple[str, list[str]]]:
    """Name and cells of each row of the table; rows of money only where there is a price."""
    scores: tuple[Measures, ...] = (found.score, found.plain, found.dates)
    words = WORDS[language]
    rows = [
        (words[0], [interval(each.roc_auc) for each in scores]),
        (words[1], [interval(each.within_year) for each in scores]),
        (words[2], [interval(each.average_precision) for each in scores]),
    ]
    for place, head in enumerate(scores[0].heads):
        heads = [each.heads[place] for each in scores]
        rows.append((words[3].format(head.visits), [interval(each.precision) for each in heads]))
        kwh = [interval(each.shortfall_kwh, "{:,.0f}") for each in heads]
        rows.append((words[4].format(head.visits), kwh))
        if price is not None:
            worth = [money(each.shortfall_kwh, price) for each in heads]
            rows.append((words[5].format(head.visits, price), worth))
    return rows
