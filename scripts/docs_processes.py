"""One page of all processes, derived from ``content/processes/``: steps, actions, clocks and pauses."""

from collections.abc import Iterable, Iterator

from wattwarden.cases.load import processes
from wattwarden.cases.parties import parties
from wattwarden.cases.process import OWNER, Clock, LimitRule, Process
from wattwarden.domain.labels import Label, Language

NO_LIMIT = Label(zh="无时限", en="no limit")
OWN = Label(zh="经办人", en="owner")
KINDS = {
    "open": Label(zh="在办", en="ours to work on"),
    "waiting": Label(zh="等待", en="somebody else's turn"),
    "closed": Label(zh="办结", en="closed"),
}


def processes_page(language: Language) -> str:
    """Every process with its tables."""
    zh = language == "zh"
    lead = (
        "由 `content/processes/` 生成，每种工作一个文件。没有条款的时限由本单位自定。"
        if zh
        else "Derived from `content/processes/`, one file per kind of work. A limit without a clause is the site's own."
    )
    sections = (section for process in processes().values() for section in _sections(process, language))
    return "\n\n".join(["# 流程" if zh else "# Processes", lead, *sections]) + "\n"


def _sections(process: Process, language: Language) -> Iterator[str]:
    zh = language == "zh"
    yield f"## {process.title.text(language)} {{ #{process.id} }}\n\n{process.about.text(language)}"
    yield _table(
        ["环节", "状态", "岗位"] if zh else ["step", "kind", "role"],
        (
            [s.title.text(language), KINDS[s.kind].text(language), _who([s.owner], language)]
            for s in process.steps.values()
        ),
    )
    yield _table(
        ["动作", "从", "到", "谁", "不得同人", "条件"]
        if zh
        else ["action", "from", "to", "who", "not the same as", "gates"],
        (
            [
                action.title.text(language),
                ", ".join(process.steps[s].title.text(language) for s in action.origin),
                process.steps[action.to].title.text(language) if action.to else "–",
                _who(action.who, language),
                ", ".join(process.actions[a].title.text(language) for a in action.not_by) or "–",
                ", ".join(action.gates) or "–",
            ]
            for action in process.actions.values()
        ),
    )
    yield _table(
        ["时限", "条件", "期限", "条款"] if zh else ["clock", "when", "limit", "clause"],
        (row for clock in process.clocks.values() for row in _clock_rows(process, clock, language)),
    )
    if process.pauses:
        yield _table(
            ["暂停原因", "谁", "谁恢复", "最长"] if zh else ["pause", "who", "resumed by", "at most"],
            (
                [
                    pause.title.text(language),
                    _who(pause.who, language),
                    _who(pause.resumed_by, language),
                    (pause.longest.label() if pause.longest else NO_LIMIT).text(language),
                ]
                for pause in process.pauses.values()
            ),
        )


def _clock_rows(process: Process, clock: Clock, language: Language) -> Iterator[list[str]]:
    for rule in clock.limits:
        clause = f"[{rule.clause}](clauses.md#{rule.clause})" if rule.clause else "–"
        limit = (rule.limit.label() if rule.limit else NO_LIMIT).text(language)
        yield [clock.title.text(language), _when(process, rule, language), limit, clause]


def _when(process: Process, rule: LimitRule, language: Language) -> str:
    parts = []
    for name, wanted in rule.when.items():
        kind = process.facts[name]
        values = [str(v) for v in (wanted if isinstance(wanted, tuple) else (wanted,))]
        shown = "/".join(kind.values[v].text(language) if v in kind.values else v for v in values)
        parts.append(f"{kind.text(language)}: {shown}")
    return "; ".join(parts) or "–"


def _who(names: Iterable[str], language: Language) -> str:
    known = parties()
    return ", ".join((OWN if name == OWNER else known[name]).text(language) for name in names)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
