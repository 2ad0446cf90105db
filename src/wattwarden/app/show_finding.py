"""Everything about one finding, in words: who, what, why, proof, money, law, doubts, checks, rank."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow.compute as pc

from wattwarden.app.columns import word
from wattwarden.app.list_findings import FindingQuery, Listing, list_findings, proof_values
from wattwarden.app.open_scan import scanned_lake
from wattwarden.app.rule_catalogue import SITE_CONTENT, all_rules
from wattwarden.app.shown_value import code_label, column_label, shown_param, shown_value, yuan
from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.errors import fail
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.rulekit.model import RESERVED_COLUMNS, Rule
from wattwarden.rulekit.register import Clause, load_clauses, load_register
from wattwarden.scoring.explain import explain
from wattwarden.scoring.parameters import load_scoring_parameters
from wattwarden.scoring.score import case_keys

Row = Mapping[str, object]
_WHO = """
SELECT c.customer_id, c.name, c.customer_type, c.voltage_level, c.importance, p.address,
       COALESCE(o.name, o2.name) AS org_name
FROM (SELECT 1 AS one) AS x
LEFT JOIN customer AS c ON c.customer_id = {customer}
LEFT JOIN premise AS p ON p.premise_id = {premise}
LEFT JOIN org_unit AS o ON o.org_id = {org}
LEFT JOIN org_unit AS o2 ON o2.org_id = c.org_id
"""


@dataclass(frozen=True)
class Section:
    """A heading and the lines below it."""

    heading: Label
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One finding with what is needed to talk about it."""

    row: Row
    rule: Rule | None
    listing: Listing


def find(home: Path, key: str, scan: int | None = None) -> Finding:
    """The finding whose key begins with ``key``; it may be gone.

    Raises:
        WattwardenError: none or several begin like that.
    """
    listing = list_findings(home, FindingQuery(states=("open", "back", "gone"), scan=scan))
    rows = listing.rows.filter(pc.starts_with(listing.rows["finding_key"], key)).to_pylist()
    if len(rows) != 1:
        raise fail(
            f"finding {key}",
            found=f"{len(rows)} findings with this key in scan {listing.number}",
            expected="the key of one finding, or its beginning",
            action="List keys with: wattwarden findings --format json",
        )
    return Finding(rows[0], all_rules(home).get(str(rows[0]["rule_id"])), listing)


def describe(home: Path, finding: Finding, language: Language, masker: Masker) -> list[Section]:
    """The whole explanation in ``language``."""
    return [*proof_words(home, finding, language, masker), _rank(home, finding, language)]


def proof_words(home: Path, finding: Finding, language: Language, masker: Masker) -> list[Section]:
    """The explanation but for its rank among all, which speaks of other findings too."""
    sections = [_what(finding, language), _who(home, finding, language, masker)]
    rule = finding.rule
    if rule is None:
        missing = Label(
            zh="规则已不在目录中，无法显示说明。",
            en="The rule is no longer in the catalogue: no text to show.",
        )
        sections.append(Section(Label(zh="规则", en="Rule"), (missing.text(language),)))
        sections.append(_money(finding.row, None, language))
    else:
        sections += [
            Section(Label(zh="为什么", en="Why"), (rule.why.text(language),)),
            Section(Label(zh="证据", en="Proof"), tuple(proof_lines(finding.row, rule, language, masker))),
            _money(finding.row, rule, language),
            Section(Label(zh="依据", en="Clauses"), tuple(clause_lines(rule, load_clauses(), language))),
            Section(
                Label(zh="可能的误报", en="May be a false alarm"), _texts(rule.false_positives, language)
            ),
            Section(Label(zh="先核查", en="Check first"), _texts(rule.checks, language)),
            Section(Label(zh="看不到的情况", en="What the rule cannot see"), (rule.misses.text(language),)),
        ]
    return sections


def proof_lines(row: Row, rule: Rule, language: Language, masker: Masker) -> Iterator[str]:
    """Proof values with label and unit, one line each."""
    return (f"{label}: {value}" for label, value in proof_pairs(row, rule, language, masker))


def proof_pairs(row: Row, rule: Rule, language: Language, masker: Masker) -> Iterator[tuple[str, str]]:
    """Label and value with unit, then those keys that the finding does not show anyway."""
    known = {*RESERVED_COLUMNS, contract().subject_column(rule.subject)}
    values = proof_values(row, masker)
    for name, column in rule.proof.values.items():
        label = column.zh if language == "zh" else column.en
        yield label, shown_proof(rule, name, values.get(name), language)
    for name, value in values.items():
        if name not in rule.proof.values and name not in known and value is not None:
            label = column_label(contract(), rule.subject, name, language)
            if label != name or str(value) != str(row["period_from"]):
                yield label, str(value)


def shown_proof(rule: Rule, name: str, value: object, language: Language) -> str:
    """One proof value of a rule as a person reads it: with unit, codes in words."""
    column = rule.proof.values[name]
    table, _, coded = (column.words or f"{rule.subject}.{name}").rpartition(".")
    code = code_label(contract(), table, coded, value, language) if column.type == "code" else None
    return code or shown_value(value, column.type, language)


def clause_lines(rule: Rule, clauses: Mapping[str, Clause], language: Language) -> Iterator[str]:
    """Clauses with their text and standing; one that is not in the content is said to be missing."""
    for ref in rule.clauses:
        clause = clauses.get(ref)
        if clause is None:
            yield f"{ref} [{word('verification', 'uncertain', language)}]"
            continue
        text = clause.article.zh if language == "zh" else clause.article.en
        standing = word("verification", clause.article.verified, language)
        law = f"{clause.law.title.text(language)} ({clause.law.document}) {clause.article.number}"
        yield f"{law} [{standing}]: {text}"


def _what(finding: Finding, language: Language) -> Section:
    row, rule = finding.row, finding.rule
    point = load_register().points.get(str(row["risk"]))
    title = rule.title.text(language) if rule else str(row["rule_id"])
    risk = f"{row['risk']} {point.title.text(language) if point else ''}".rstrip()
    zh = language == "zh"
    lines = [
        f"{title} ({row['rule_id']}, {row['rule_hash']})",
        f"{'风险点' if zh else 'Risk point'}: {risk}",
        f"{'严重程度' if zh else 'Severity'}: {word('severity', row['severity'], language)}",
        f"{'期间' if zh else 'Period'}: {_period(row)}",
        _state(row, language),
        f"{'疑点键' if zh else 'Key'}: {row['finding_key']}",
    ]
    return Section(Label(zh="疑点", en="Finding"), tuple(lines))


def _who(home: Path, finding: Finding, language: Language, masker: Masker) -> Section:
    row, zh = finding.row, language == "zh"
    kind = str(row["subject_kind"])
    table = contract()[kind].label.text(language) if kind in contract() else kind
    shown = masker.subject(kind, str(row["subject_id"]))
    lines = [f"{table}: {shown}"]
    with scanned_lake(home, finding.listing.scan) as engine:
        query = _WHO.format(**{name: _literal(row[f"{name}_id"]) for name in ("customer", "premise", "org")})
        (who,) = engine.query(query).to_pylist()
    if row["customer_id"] is not None:
        name = masker.value("name", who["name"])
        lines.append(
            f"{'客户' if zh else 'Customer'}: {masker.value('customer_id', row['customer_id'])} {name or ''}".rstrip()
        )
        codes = [
            code_label(contract(), "customer", column, who[column], language)
            for column in ("customer_type", "voltage_level", "importance")
        ]
        if any(codes):
            lines.append(f"{'类别' if zh else 'Class'}: {', '.join(filter(None, codes))}")
    if who["address"]:
        lines.append(f"{'地址' if zh else 'Address'}: {masker.value('address', who['address'])}")
    if row["org_id"] is not None:
        lines.append(
            f"{'供电单位' if zh else 'Organisation'}: {row['org_id']} {who['org_name'] or ''}".rstrip()
        )
    return Section(Label(zh="对象", en="Who"), tuple(lines))


def _money(row: Row, rule: Rule | None, language: Language) -> Section:
    zh, heading = language == "zh", Label(zh="金额", en="Money")
    if row["loss_likely_fen"] is None:
        return Section(heading, ("该规则不计算金额。" if zh else "This rule sizes no money.",))
    low, likely, high = (
        yuan(cast("int | None", row[f"loss_{n}_fen"]), language) for n in ("low", "likely", "high")
    )
    lines = [
        f"{word('direction', row['direction'], language)}: {'约' if zh else 'about'} {likely} ({low} – {high})",
        f"{'由规则的查询按证据值和下列参数估算，区间为下限至上限。' if zh else 'Estimated by the query of the rule from the proof and these parameters; the range is low to high.'}",
    ]
    for name, param in (rule.params if rule else {}).items():
        label = param.zh if zh else param.en
        doubt = "" if param.verified else f" [{word('verification', 'recalled', language)}]"
        lines.append(f"  {label} ({name}) = {shown_param(param, language)}{doubt}")
    return Section(heading, tuple(lines))


def _rank(home: Path, finding: Finding, language: Language) -> Section:
    heading = Label(zh="排名由来", en="Why this rank")
    scan = finding.listing.scan
    cases = scan.cases.filter(pc.field("case_key") == finding.row["case_key"]).to_pylist()
    if finding.row["state"] == "gone" or not cases:
        gone = Label(zh="已消失的疑点不参与排名。", en="A finding that is gone is not ranked.")
        return Section(heading, (gone.text(language),))
    findings = scan.findings
    own = findings.filter(pc.equal(case_keys(findings), str(finding.row["case_key"])))
    titles = {rule_id: rule.title for rule_id, rule in all_rules(home).items()}
    parameters = load_scoring_parameters(BUILT_IN, home / SITE_CONTENT)
    sentences = explain(cases[0], own, load_register(), parameters, titles, scan.learned)
    return Section(heading, tuple(sentence.text(language) for sentence in sentences))


def _state(row: Row, language: Language) -> str:
    state = word("state", row["state"], language)
    first, last = row["first_seen"] or "–", row["last_seen"] or "–"
    if language == "zh":
        return f"状态: {state} (首次发现 {first}, 最近 {last})"
    return f"State: {state} (first seen {first}, last {last})"


def _period(row: Row) -> str:
    if row["period_from"] is None:
        return "–"
    return f"{row['period_from']} – {row['period_to'] or '…'}"


def _texts(labels: tuple[Label, ...], language: Language) -> tuple[str, ...]:
    return tuple(f"· {label.text(language)}" for label in labels)


def _literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
