"""Tell a reader what a rule does, in words."""

from collections.abc import Iterator

from wattwarden.domain.labels import VERIFICATION, Language
from wattwarden.rulekit.model import Rule
from wattwarden.rulekit.register import load_clauses, load_register


def explain_rule(rule: Rule, language: Language) -> str:
    """Everything a controller needs to judge a finding of this rule, as lines of text."""
    return "\n".join(_lines(rule, language))


def _lines(rule: Rule, language: Language) -> Iterator[str]:
    zh = language == "zh"
    point = load_register().points[rule.risk].title.text(language)
    yield f"{rule.id}  {rule.title.text(language)}"
    yield f"{'风险点' if zh else 'risk'} {rule.risk} {point}; {rule.severity}; {rule.status}; {rule.hash}"
    yield f"{'为什么' if zh else 'why'}: {rule.why.text(language)}"
    yield f"{'看不到' if zh else 'misses'}: {rule.misses.text(language)}"
    for label in rule.false_positives:
        yield f"{'可能误报' if zh else 'false alarm'}: {label.text(language)}"
    for name, param in rule.params.items():
        words = param.zh if zh else param.en
        doubt = "" if param.verified else (" (未核实)" if zh else " (unverified)")
        yield f"{'参数' if zh else 'parameter'} {name} = {param.value} {param.unit}: {words}{doubt}"
    because = rule.confidence.zh if zh else rule.confidence.en
    yield f"{'置信度' if zh else 'confidence'}: {rule.confidence.value} ({because})"
    for label in rule.checks:
        yield f"{'现场先查' if zh else 'check first'}: {label.text(language)}"
    clauses = load_clauses()
    for ref in rule.clauses:
        clause = clauses[ref]
        standing = VERIFICATION[clause.article.verified].text(language)
        words = clause.article.zh if zh else clause.article.en
        cited = f"{clause.law.title.text(language)} {clause.article.number}"
        yield f"{'依据' if zh else 'clause'}: {cited} [{standing}]: {words}"
    yield ""
    yield rule.detect.rstrip()
