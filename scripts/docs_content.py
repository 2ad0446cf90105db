"""Glossary, rule catalogue and clauses, derived from the content files."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from wattwarden.domain.content import contract
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.tables import Column, Table
from wattwarden.rulekit.load import load_rules
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import Article, load_clauses, load_register

UNVERIFIED = {
    "verified": Label(zh="已核对原文", en="verified"),
    "verified_by_copy": Label(zh="据转载核对", en="checked against a copy"),
    "recalled": Label(zh="凭记忆, 未核对", en="recalled, not verified"),
    "uncertain": Label(zh="存疑", en="uncertain"),
}


def glossary_page(language: Language) -> str:
    """One section per table: every column with its names, type, unit, codes and masking."""
    zh = language == "zh"
    heading = "# 数据字典" if zh else "# Glossary"
    lead = (
        "本页由 `content/tables/` 生成: 每张表一个文件。掩码一栏说明无权限者看到的是什么。"
        if zh
        else "Derived from `content/tables/`, one file per table. Derived tables are computed, not imported."
    )
    tables = contract().tables.values()
    return "\n\n".join([heading, lead, *(_table_section(table, zh=zh) for table in tables)]) + "\n"


def _table_section(table: Table, *, zh: bool) -> str:
    derived = table.derived is not None
    notes = [
        f"{'主键' if zh else 'Key'}: {', '.join(f'`{name}`' for name in table.key)}.",
        f"{'来源' if zh else 'Source'}: {table.source}." if table.source else "",
        ("派生表。" if zh else "Derived.") if derived else "",
    ]
    head = (
        "| 列 | 中文 | 英文 | 类型 | 源系统字段 / CIM | 说明 |"
        if zh
        else "| column | Chinese | English | type | source field / CIM | notes |"
    )
    rows = [_column_row(name, column, table, zh=zh) for name, column in table.columns.items()]
    name = table.zh if zh else table.en
    title = f"## {name} · {table.name} {{ #{table.name} }}\n\n{table.zh} · {table.en}"
    body = "\n".join([head, "|" + " --- |" * 6, *rows])
    return f"{title}. {' '.join(filter(None, notes))}\n\n{body}"


def _column_row(name: str, column: Column, table: Table, *, zh: bool) -> str:
    unit = column.quantity.unit_zh if zh else column.quantity.unit_en
    kind = f"{column.type} ({unit})" if unit and unit != column.type else column.type
    known_as = " / ".join(filter(None, [column.field, column.cim]))
    notes = " ".join(_notes(name, column, table, zh=zh)).rstrip(";")
    return table_row([f"`{name}`", column.zh, column.en, kind, known_as, notes])


def _notes(name: str, column: Column, table: Table, *, zh: bool) -> Iterator[str]:
    if table.is_required(name):
        yield "必填;" if zh else "required;"
    if column.ref:
        yield f"→ [{column.ref}](#{column.ref});"
    if column.mask:
        yield f"{'掩码' if zh else 'masked as'} {column.mask};"
    if column.min is not None or column.max is not None:
        yield f"{'' if column.min is None else f'{column.min:g}'}…{'' if column.max is None else f'{column.max:g}'};"
    if column.values:
        yield ", ".join(f"`{code}` {label.zh if zh else label.en}" for code, label in column.values.items())


def rules_page(language: Language) -> str:
    """The coverage matrix of the risk register, then every rule."""
    zh = language == "zh"
    rules = sorted(load_rules().values(), key=lambda rule: (rule.risk, rule.id))
    by_risk: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_risk[rule.risk].append(rule)
    lines = ["# 规则目录" if zh else "# Rules", ""]
    lines.append(
        f"{len(rules)} 条规则, 由 `content/rules/` 与 `content/risks.yaml` 生成。"
        if zh
        else f"{len(rules)} rules, derived from `content/rules/` and `content/risks.yaml`."
    )
    lines += ["", "## 覆盖矩阵" if zh else "## Coverage", ""]
    lines += ["| 编号 | 风险点 | 规则 |" if zh else "| no. | risk point | rules |", "| --- | --- | --- |"]
    for number, point in load_register().points.items():
        if point.kind == "risk" or number in by_risk:
            links = ", ".join(f"[{rule.title.text(language)}](#{rule.id})" for rule in by_risk[number])
            lines.append(table_row([number, point.title.text(language), links or "–"]))
    return "\n".join(lines) + "\n\n" + "\n".join(_rule_section(rule, language) for rule in rules)


def _rule_section(rule: Rule, language: Language) -> str:
    zh = language == "zh"
    facts = [
        ("风险点" if zh else "risk point", rule.risk),
        ("状态" if zh else "status", rule.status),
        ("严重程度" if zh else "severity", rule.severity),
        ("对象" if zh else "subject", rule.subject),
        ("方向" if zh else "direction", rule.direction.replace("_", " ")),
        ("条款" if zh else "clauses", ", ".join(_clause_links(rule.clauses, zh=zh))),
        ("示例" if zh else "examples", str(len(rule.examples))),
    ]
    parts = [
        f"## {rule.title.text(language)} {{ #{rule.id} }}\n\n`{rule.id}`\n",
        rule.why.text(language) + "\n",
        ("| 项目 | 值 |" if zh else "| fact | value |")
        + "\n| --- | --- |\n"
        + "\n".join(map(table_row, facts))
        + "\n",
        f"**{'看不到什么' if zh else 'What it misses'}**: {rule.misses.text(language)}\n",
        _list("可能的误报" if zh else "False positives", rule.false_positives, language),
        _list("现场先查" if zh else "Check first", rule.checks, language),
        _parameters(rule, zh=zh),
        f"```sql\n{rule.detect.rstrip()}\n```\n",
    ]
    return "\n".join(filter(None, parts))


def _clause_links(refs: Iterable[str], *, zh: bool) -> list[str]:
    clauses = load_clauses()
    known = {ref: clauses[ref] for ref in refs if ref in clauses}
    return [
        f"[{clause.law.title.text('zh' if zh else 'en')} {clause.article.number}](clauses.md#{ref})"
        for ref, clause in known.items()
    ]


def _list(heading: str, labels: Iterable[Label], language: Language) -> str:
    return f"**{heading}**\n\n" + "\n".join(f"- {label.text(language)}" for label in labels) + "\n"


def _parameters(rule: Rule, *, zh: bool) -> str:
    if not rule.params:
        return ""
    head = "| 参数 | 值 | 单位 | 含义 | |" if zh else "| parameter | value | unit | meaning | |"
    rows = [
        table_row([
            f"`{name}`", param.value, param.unit, param.zh if zh else param.en,
            "" if param.verified else UNVERIFIED["uncertain"].text("zh" if zh else "en"),
        ])
        for name, param in rule.params.items()
    ]  # fmt: skip
    return "\n".join([head, "|" + " --- |" * 5, *rows]) + "\n"


def clauses_page(language: Language) -> str:
    """Every article that a rule may cite, with how well its text is known."""
    zh = language == "zh"
    lead = (
        "规则引用的条款, 用我们自己的话转述, 并注明核对程度。"
        if zh
        else "Articles that rules cite, told in our own words, each with how well its text was checked."
    )
    parts = ["# 条款" if zh else "# Clauses", lead]
    laws: dict[str, list[str]] = defaultdict(list)
    clauses = load_clauses()
    for ref in clauses:
        laws[ref.partition(".")[0]].append(ref)
    for refs in laws.values():
        law = clauses[refs[0]].law
        facts = f"{law.document}. {law.issuer.text(language)}. {law.source}"
        since = f"{'施行' if zh else 'In force from'}: {law.in_force_from or '?'}"
        parts.append(f"## {law.title.text(language)}\n\n{facts}\n\n{since}")
        parts.extend(_article(ref, clauses[ref].article, language) for ref in refs)
    return "\n\n".join(parts) + "\n"


def _article(ref: str, article: Article, language: Language) -> str:
    text = article.zh if language == "zh" else article.en
    return f"### {article.number} {{ #{ref} }}\n\n{text} ({UNVERIFIED[article.verified].text(language)})"


def table_row(cells: Iterable[object]) -> str:
    """A row of a Markdown table."""
    texts = ("" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(texts) + " |"
