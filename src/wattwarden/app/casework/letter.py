"""The evidence letter to a customer in plain Chinese or English as PDF; its figures are those of the case."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from wattwarden.app.casework.detail import BOOK_LABELS
from wattwarden.app.casework.histories import history_of
from wattwarden.app.casework.record_act import record_of_case
from wattwarden.app.casework.settings import known_rules
from wattwarden.app.casework.times import now
from wattwarden.app.letter_content import letters
from wattwarden.app.show_finding import clause_lines, shown_proof
from wattwarden.app.shown_value import yuan
from wattwarden.app.store import home
from wattwarden.app.typeset import typeset
from wattwarden.cases.ledger import BOOKS, Ledger, ledger
from wattwarden.domain.access import Viewer
from wattwarden.domain.content import BUILT_IN, contract
from wattwarden.domain.errors import fail, forbidden
from wattwarden.domain.labels import Label, Language
from wattwarden.domain.masking import Masker
from wattwarden.records.guard import load
from wattwarden.records.models import Case, CaseFinding, Customer
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import load_clauses

_TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"
_WORDS = {
    "title": Label(zh="用电检查情况说明函", en="What we found at your supply"),
    "greeting": Label(zh="尊敬的{name}（户号 {number}）：", en="Dear {name} (customer number {number}),"),
    "opening": Label(
        zh="我们在核对用电数据和现场情况时发现以下问题，现将依据、数据和计算方法说明如下。",
        en="When we compared the data of your supply with what is on site we found the following. Here is on what it rests.",
    ),
    "computation_title": Label(zh="金额", en="Amounts"),
    "objection_title": Label(zh="如有异议", en="If you disagree"),
    "office_title": Label(zh="联系我们", en="Where to find us"),
    "period": Label(zh="期间：{start} 至 {end}（不含）", en="Period: {start} up to, and without, {end}"),
    "since": Label(zh="期间：自 {start} 起", en="Period: from {start}"),
    "footer": Label(zh="工单 {case}，依据第 {version} 号记录", en="case {case}, by its record {version}"),
    "copy": Label(zh="存档副本", en="FILE COPY"),
    "sized": Label(zh="按规则估算", en="Estimated by the rule"),
}


def evidence_letter(viewer: Viewer, case_id: int, language: Language, *, masked: bool) -> bytes:
    """The letter about a case as PDF; recorded.

    Args:
        viewer: Who makes it; an unmasked one needs that he may reveal personal data there.
        case_id: Number of the case.
        language: Of the letter.
        masked: A copy for the file, without personal data.

    Raises:
        WattwardenError: no such case for this viewer, no customer, not permitted, or the font is missing.
    """
    case = load(Case, case_id, viewer, "see_cases")
    if not masked and not viewer.may_at("reveal", case.org_path):
        raise forbidden("letter", found="a role that may not reveal personal data", expected="a masked copy",
                        action="Ask for the masked copy, or somebody who may.")  # fmt: skip
    customer = Customer.objects.filter(pk=case.customer_id).first() if case.customer_id else None
    if customer is None:
        raise fail("letter", found="a case without a customer", expected="a case about a customer")
    masker = Masker.of(contract()) if masked else Masker({}, {})
    data = _data(case, customer, masker, language)
    data["watermark"] = _WORDS["copy"].text(language) if masked else ""
    content = typeset(_TEMPLATE, data)
    record_of_case(
        viewer, case, "case.letter", {"language": language, "masked": masked, "bytes": len(content)}
    )
    return content


def _data(case: Case, customer: Customer, masker: Masker, language: Language) -> dict[str, object]:
    fixed, events = letters(home()), history_of(case)
    joined = CaseFinding.objects.filter(case=case, is_gone=False).order_by("finding_key")
    words = {name: label.text(language) for name, label in _WORDS.items()}
    name = str(masker.value("name", customer.name) or "")
    number = str(masker.value("customer_id", customer.customer_id) or "")
    office = fixed.office
    return {
        "title": words["title"],
        "greeting": words["greeting"].format(name=name, number=number),
        "opening": words["opening"],
        "findings": [_finding(j, known_rules().get(j.rule_id), masker, language) for j in joined],
        "computation_title": words["computation_title"],
        "computation": _amounts(ledger(events), list(joined), language),
        "objection_title": words["objection_title"],
        "objection": fixed.objection.text(language).format(days=fixed.objection_days),
        "office_title": words["office_title"],
        "office": [
            office.name.text(language),
            office.address.text(language),
            office.hours.text(language),
            office.phone,
        ],
        "footer": words["footer"].format(case=case.pk, version=case.version),
        "day": f"{now():%Y-%m-%d}",
        "font": fixed.font,
        "lang": language,
    }


def _finding(joined: CaseFinding, rule: Rule | None, masker: Masker, language: Language) -> dict[str, object]:
    row = joined.data
    proof = json.loads(str(row.get("proof") or "{}"))
    start, end = row.get("period_from"), row.get("period_to")
    return {
        "title": rule.title.text(language) if rule else joined.rule_id,
        "why": rule.why.text(language) if rule else "",
        "period": _WORDS["period" if end else "since"].text(language).format(start=start, end=end)
        if start
        else "",
        "values": _values(rule, proof, masker, language) if rule else [],
        "clauses": list(clause_lines(rule, load_clauses(BUILT_IN), language)) if rule else [],
    }


def _values(rule: Rule, proof: Mapping[str, object], masker: Masker, language: Language) -> list[list[str]]:
    """Label and value of each proof that the rule shows; nothing else of a finding goes to the customer."""
    return [
        [column.zh if language == "zh" else column.en,
         shown_proof(rule, name, masker.value(name, proof.get(name)), language)]
        for name, column in rule.proof.values.items()
    ]  # fmt: skip


def _amounts(balance: Ledger, joined: Sequence[CaseFinding], language: Language) -> list[list[str]]:
    """What each finding was sized at, then what the ledger of the case says."""
    rules = known_rules()
    lines = []
    for finding in joined:
        amount = finding.data.get("loss_likely_fen")
        if isinstance(amount, int):
            title = (
                rules[finding.rule_id].title.text(language) if finding.rule_id in rules else finding.rule_id
            )
            lines.append([f"{title} ({_WORDS['sized'].text(language)})", yuan(amount, language)])
    for book in BOOKS:
        total = getattr(balance, book)
        if total and book != "found":
            lines.append([BOOK_LABELS[book].text(language), yuan(total, language)])
    return lines
