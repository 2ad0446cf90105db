"""The method card of the area balance and its tables; every figure comes from the evaluation it is given."""

from collections.abc import Mapping

from wattwarden.app.evaluate_area_loss import ATTRIBUTION, AreaEvaluation
from wattwarden.calc.loss.analyse import Analysis
from wattwarden.calc.loss.words import CAUSES, separating_check, why_suspect
from wattwarden.domain.labels import Language
from wattwarden.models.theft.measure import Figure

LISTED = 0.0
"""Evidence above which a customer is listed."""
METHOD_WORDS: Mapping[str, tuple[str, str]] = {
    ATTRIBUTION: ("本方法", "attribution"),
    "loss_correlation": ("逐时段相关", "correlation, intervals"),
    "non_negative_shares": ("非负最小二乘", "non-negative least squares"),
    "daily_correlation": ("逐日相关", "correlation, days"),
}

EN = """# Method card: area balance

**For.** Telling why an area loses energy, and ordering its customers for a visit. A place on the list is no proof,
and no ground for a charge or a disconnection.

**Data.** {areas} areas; readings of customers and of the gate meter by interval. The truth was read after all areas
had been scored.

**Made of.** Technical loss (no-load, load squared) fitted together with shapes of theft, wrong filing, gate error,
unmetered load and clocks; forward search, paid for by an information criterion. No part of it is fitted on the truth
of this or any other folder: priors and limits are assumptions that stand in the code.

**Cause.** Right cause first in abnormal areas: {cause_right}. Normal areas called normal: {normal_right}.
Customers filed under the wrong area: {mapping_named}, named first: {mapping_right}.

| method | ROC-AUC | average precision |
| --- | --- | --- |
{rankings}

| kind | thieves | before all honest | median place | worst place | ROC-AUC | energy found / stolen |
| --- | --- | --- | --- | --- | --- | --- |
{kinds}

Intervals are 95 %, bootstrap over areas.

**Limits.**

- Needs interval readings of all customers and of the gate meter on one clock; gaps are estimated and count less.
- Two thieves who bypass their meters wholly in the same hours cannot be told apart.
- A steady share is what a faulty meter leaves as well; only a test on site tells.
- Noise of the gate meter decides what can be seen: half a per cent of the supply is taken for granted.
"""

ZH = """# 方法卡: 台区电量平衡

**用途。** 说明台区为何损失电量, 并为现场检查排序。名次不是证据, 不得据此追补电费或停电。

**数据。** 共 {areas} 个台区, 用户与考核表分时段读数。全部评分完成之后才读取真实结果。

**构成。** 技术线损(空载、负荷平方)与窃电、户变错误、考核表误差、无表用电、时钟等形态共同拟合; 逐步搜索,
以信息准则计价。任何部分都未用本目录或其他目录的真实结果拟合; 先验与限值是写在程序里的假设。

**原因。** 异常台区首位原因正确: {cause_right}。正常台区判为正常: {normal_right}。
户变错误用户 {mapping_named} 户, 首位指出 {mapping_right} 户。

| 方法 | ROC-AUC | 平均精确率 |
| --- | --- | --- |
{rankings}

| 类型 | 户数 | 排在全部正常户之前 | 名次中位数 | 最差名次 | ROC-AUC | 估计/实际窃电量 |
| --- | --- | --- | --- | --- | --- | --- |
{kinds}

区间为 95%, 按台区自助抽样。

**局限。**

- 需要全部用户与考核表同一时钟的分时段读数; 缺数按估计计入, 权重降低。
- 两户在相同时段完全绕表时无法区分。
- 固定比例的缺失与表计故障相同, 须现场校验。
- 考核表噪声决定可见的下限: 供电量的千分之五视为正常误差。
"""


def area_loss_card(found: AreaEvaluation, language: Language) -> str:
    """The card in Markdown."""
    named, right = found.mapping_found
    return {"en": EN, "zh": ZH}[language].format(
        areas=found.areas,
        cause_right=percent(found.cause_right),
        normal_right=percent(found.normal_right),
        mapping_named=named,
        mapping_right=right,
        rankings="\n".join("| " + " | ".join(row) + " |" for row in ranking_rows(found, language)),
        kinds="\n".join("| " + " | ".join(row) + " |" for row in kind_rows(found)),
    )


def percent(figure: Figure) -> str:
    """A share with its interval; a dash when there is no case."""
    if figure.value != figure.value:
        return "-"
    return f"{figure.value:.1%} ({figure.low:.1%} – {figure.high:.1%})"


def _figure(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} – {figure.high:.3f})"


def ranking_rows(found: AreaEvaluation, language: Language) -> list[list[str]]:
    """Method, ROC-AUC and average precision."""
    return [
        [METHOD_WORDS[name][language == "en"], _figure(each.roc_auc), _figure(each.average_precision)]
        for name, each in found.rankings.items()
    ]


def kind_rows(found: AreaEvaluation) -> list[list[str]]:
    """One row per kind of theft."""
    return [
        [
            each.kind,
            str(each.thieves),
            str(each.first),
            f"{each.median_rank:.1f}",
            str(each.worst_rank),
            f"{each.roc_auc:.3f}",
            "-" if each.energy_ratio is None else f"{each.energy_ratio:.2f}",
        ]
        for each in found.kinds
    ]


def area_rows(found: AreaEvaluation, language: Language) -> list[dict[str, object]]:
    """One row per area: outcome, cause, probability, the check, the loss."""
    return [_area_row(each, language) for each in found.cases]


def _area_row(each: Analysis, language: Language) -> dict[str, object]:
    row: dict[str, object] = {
        "area_id": each.area.area_id,
        "outcome": each.outcome.value,
        "cause": None,
        "probability": None,
        "second_cause": None,
        "loss_pct": None,
        "technical_pct": None,
        "technical_error_pct": None,
        "is_explained": None,
        "check": None,
    }
    if each.verdict:
        best, second = each.verdict.chances.ranked[:2]
        daily = each.verdict.daily
        supply = float(daily.delivered_kwh.sum())
        row |= {
            "cause": CAUSES[best].text(language),
            "probability": round(each.verdict.chances.of[best], 4),
            "second_cause": CAUSES[second].text(language),
            "loss_pct": round(100 * float(daily.loss_kwh.sum()) / supply, 3),
            "technical_pct": round(100 * float(daily.technical_kwh.sum()) / supply, 3),
            "technical_error_pct": round(each.verdict.technical_error_pct, 3),
            "is_explained": each.verdict.is_explained,
            "check": separating_check(each.verdict.chances).text(language),
        }
    return row


def suspect_rows(found: AreaEvaluation, language: Language) -> list[dict[str, object]]:
    """One row per customer with evidence against him, the most suspected first within each area."""
    return [
        {
            "area_id": each.area.area_id,
            "customer_id": each.area.customers[suspect.customer],
            "evidence": round(suspect.evidence, 2),
            "probability": round(suspect.probability, 4),
            "bypassed_kwh": round(suspect.bypassed_kwh, 2),
            "low_kwh": round(suspect.low_kwh, 2),
            "high_kwh": round(suspect.high_kwh, 2),
            "why": why_suspect(suspect).text(language),
        }
        for each in found.cases
        if each.verdict
        for suspect in each.verdict.suspects
        if suspect.evidence > LISTED
    ]
