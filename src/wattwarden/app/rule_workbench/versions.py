"""The rule that a draft would make, and the rule in force that it would replace."""

from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.rule_catalogue import OWN_RULES, SITE_CONTENT
from wattwarden.app.rule_workbench.draft_text import Fault, parse, placed
from wattwarden.app.rule_workbench.files import Target
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import Problem, WattwardenError
from wattwarden.rulekit.load import SiteRule, load_rules, load_site_rules, load_sound_rules, with_site
from wattwarden.rulekit.model import Rule


@dataclass(frozen=True)
class Version:
    """A rule as a scan would run it.

    Args:
        rule: None where it would not run: there is none, it is retired, or switched off.
        settings: What the site lays over it.
        as_written: The rule without these settings, on which its examples hold.
    """

    rule: Rule | None
    settings: SiteRule | None = None
    as_written: Rule | None = None


@dataclass(frozen=True)
class Versions:
    """Before and after a draft goes live; ``after`` is None with faults."""

    before: Version
    after: Version | None
    faults: tuple[Fault, ...] = ()


def versions_of(home: Path, target: Target, text: str) -> Versions:
    """What is in force, and what would be."""
    built_in, own = load_rules(BUILT_IN), load_sound_rules(home / OWN_RULES)[0]
    rules, settings = {**own, **built_in}, load_site_rules(home / SITE_CONTENT)
    written, laid = rules.get(target.rule_id), settings.get(target.rule_id)
    before = _version(written, laid)
    if target.kind == "rule":
        rule, faults = _own_rule(target, text, built_in)
        after = _version(rule, laid) if rule else None
        return Versions(before, after, tuple(faults))
    parsed = parse(text, SiteRule)
    if written is None:
        gone = Problem("settings", f"no rule {target.rule_id}", "settings of a rule of the catalogue")
        return Versions(before, None, (Fault(gone, None), *parsed.faults))
    if not isinstance(parsed.says, SiteRule):
        return Versions(before, None, tuple(parsed.faults))
    try:
        return Versions(before, _version(written, parsed.says))
    except WattwardenError as error:
        return Versions(before, None, tuple(placed(p, text) for p in error.problems))


def _own_rule(target: Target, text: str, built_in: dict[str, Rule]) -> tuple[Rule | None, list[Fault]]:
    parsed = parse(text, Rule)
    faults = list(parsed.faults)
    rule = parsed.says if isinstance(parsed.says, Rule) else None
    if rule is None:
        return None, faults
    if rule.id != target.rule_id:
        faults.append(Fault(Problem("id", rule.id, f"{target.rule_id}; the id of a rule never changes"), 1))
    if rule.id in built_in:
        faults.append(Fault(Problem("id", "a built-in rule of this id", "an id of its own"), 1))
    if not rule.is_live:
        not_run = Problem(
            "status",
            rule.status,
            "experimental or stable",
            "A scan runs no other; retire a live rule by its button.",
        )
        faults.append(placed(not_run, text))
    return rule, faults


def _version(written: Rule | None, settings: SiteRule | None) -> Version:
    if written is None:
        return Version(None, settings)
    laid = with_site({written.id: written}, {written.id: settings} if settings else {})
    rule = laid.get(written.id)
    return Version(rule if rule and rule.is_live else None, settings, written)
