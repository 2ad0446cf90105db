"""The card of a site's own theft model: what it learned from, how good it was, what it must not be used for.

Every figure on it was measured in training; the text states none.
"""

from collections.abc import Mapping, Sequence

from wattwarden.domain.labels import Label, Language
from wattwarden.models.theft.site_model import LEARNED, SiteModel

Row = Mapping[str, object]

WORDS: Mapping[str, Label] = {
    "fused": Label(zh="融合(规则+评分)", en="fused (rules and score)"),
    "learned": Label(zh="学习评分", en="learned score"),
    "rules": Label(zh="仅规则", en="rules alone"),
    "assumed": Label(zh="无标签起步评分", en="start without labels"),
    "score": Label(zh="评分", en="score"),
    "visits": Label(zh="检查数", en="visits"),
    "confirmed": Label(zh="查实数", en="confirmed"),
    "roc_auc": Label(zh="ROC-AUC", en="ROC-AUC"),
    "average_precision": Label(zh="平均精确率", en="average precision"),
}
EN = """# Model card: theft score of this site, model {number}

**For.** Ranking customers for a visit. The score proposes, people decide (Personal Information Protection Law,
article 24). It is no proof, and no ground for a charge or a disconnection.

**Learned from.** {visits} visits, {confirmed} of them found theft, {random} drawn at random; the last on {until}.
Features are as known at the beginning of the month of each visit. Visits are weighted by the inverse of their
chance, so that they stand for all customers. Share of customers that steal, by random visits alone: {prevalence}.
Outcomes that arrived after their month had ended: {late}. Basis: {basis}. Lake version {lake}, trained {at}.

**Measured on visits from {tested} on, by a model fitted to the earlier ones.** Intervals are 95 %, bootstrap.

{table}

**Reliability of the fused probability.** said → came (visits), weighted to all customers:
{reliability}

**Limits.** It knows only tricks that inspectors found. Few visits make wide intervals. Weights rest on a model of
how visits were chosen; where inspectors never went, it has seen nothing. Weather is no feature: the data have none.
"""
ZH = """# 模型卡: 本单位窃电评分, 模型 {number}

**用途。** 为现场检查排序。评分只提建议, 由人决定(个人信息保护法第二十四条)。不是证据, 不得据此追补电费或停电。

**学习来源。** {visits} 次检查, 其中查实窃电 {confirmed} 次, 随机抽查 {random} 次; 最近一次 {until}。特征为各次检查当月月初所知。
检查按被检查概率的倒数加权, 以代表全部客户。仅按随机抽查估计的窃电户占比: {prevalence}。当月之后才到的结果: {late}。
依据: {basis}。数据版本 {lake}, 训练于 {at}。

**以 {tested} 起的检查为测试, 模型只用此前的检查拟合。** 区间为 95%, 自助抽样。

{table}

**融合概率的可靠性。** 预测 → 实际(检查数), 按全部客户加权:
{reliability}

**局限。** 只认识检查人员查到过的手法。检查少则区间宽。权重依赖“检查如何选定”的模型; 从未去过的地方一无所知。天气不是特征: 数据中没有。
"""


def site_card(model: SiteModel, language: Language) -> str:
    """The card in Markdown."""
    facts = model.facts
    rows = [row for row in _list(facts.get("measures")) if isinstance(row, Mapping)]
    none = "无" if language == "zh" else "none"
    share = facts.get("prevalence")
    kinds = {
        True: ("由检查结果学习", "learned from inspections"),
        False: ("假设, 无检查结果", "assumed, no outcomes"),
    }
    said = [part for part in _list(facts.get("reliability")) if isinstance(part, Sequence)]
    return (ZH if language == "zh" else EN).format(
        number=facts.get("number", "–"),
        visits=facts.get("visits", 0),
        confirmed=facts.get("confirmed", 0),
        random=facts.get("random_visits", 0),
        until=facts.get("trained_until", "–"),
        prevalence=f"{share:.2%}" if isinstance(share, float) else none,
        late=facts.get("outcomes_late", "–"),
        basis=kinds[model.basis == LEARNED][language == "en"],
        lake=facts.get("lake_version", "–"),
        at=facts.get("trained_at", "–"),
        tested=facts.get("tested_from") or "–",
        table="\n".join(_table(rows, language)) or none,
        reliability="; ".join(f"{a:.3f} → {b:.3f} ({n})" for a, b, n in said) or none,
    )


def measure_cells(row: Row, language: Language) -> list[str]:
    """One line of the table: the score's name, then its figures with intervals."""
    return [_cell(name, value, language) for name, value in row.items()]


def measure_heads(row: Row, language: Language) -> list[str]:
    """Headings of the table."""
    first = "前 {} 次命中率" if language == "zh" else "right of the first {}"
    return [
        WORDS[name].text(language) if name in WORDS else first.format(name.removeprefix("precision_"))
        for name in row
    ]


def _table(rows: Sequence[Row], language: Language) -> list[str]:
    if not rows:
        return []
    heads = measure_heads(rows[0], language)
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    return [f"| {line} |" for line in (*lines, *(" | ".join(measure_cells(r, language)) for r in rows))]


def _cell(name: str, value: object, language: Language) -> str:
    if name == "score":
        return WORDS[str(value)].text(language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "{} ({} – {})".format(*(f"{x:.3f}" if x is not None else "–" for x in value))
    return str(value)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
